"""What a process is told by its environment, checked as a whole before anything starts."""

import base64
import binascii
import hmac
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self, TypeVar
from urllib.parse import urlsplit

import orjson
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "LEIDRAAD_"
KEY_BYTES = 32


class Environment(StrEnum):
    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


def _http(url: str) -> str:
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc:
        raise ValueError("an http or https URL is needed")
    return url.rstrip("/")


def _json(text: object) -> object:
    try:
        return orjson.loads(text) if isinstance(text, str) else text
    except orjson.JSONDecodeError:
        raise ValueError("a JSON object of names and URLs is needed") from None


def _master_key(secret: SecretStr) -> SecretStr:
    try:
        key = base64.b64decode(secret.get_secret_value(), validate=True)
    except binascii.Error:
        raise ValueError("it must be base64") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"it must be {KEY_BYTES} bytes in base64")
    return secret


Url = Annotated[str, AfterValidator(_http)]
Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """The settings that all services share; a service with more derives its own class from this."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True
    )

    environment: Environment
    database_url: SecretStr
    kafka: str
    kafka_replication: int = Field(default=1, ge=1)
    http_host: str = "127.0.0.1"
    http_port: Port
    metrics_port: Port
    jwks_url: Url
    issuer: str
    audience: str
    master_key: Annotated[SecretStr, AfterValidator(_master_key)]
    peers: Annotated[dict[str, Url], NoDecode, BeforeValidator(_json)] = Field(default_factory=dict)
    service_token_file: Path | None = None
    programmes: Path | None = None
    documents: Path | None = None
    clock_shift: int = 0
    max_body_bytes: int = Field(default=1_000_000, ge=1)
    body_seconds: float = Field(default=10, gt=0)
    max_document_bytes: int = Field(default=25_000_000, ge=1)
    document_seconds: float = Field(default=60, gt=0)
    request_seconds: float = Field(default=2.4, gt=0)
    max_requests: int = Field(default=512, ge=1)
    shutdown_seconds: int = Field(default=20, gt=0)

    @model_validator(mode="after")
    def _real_time_in_production(self) -> Self:
        if self.clock_shift and self.environment is Environment.PRODUCTION:
            raise ValueError("CLOCK_SHIFT is for tests; production keeps the real time")
        return self

    def key_for(self, purpose: str) -> bytes:
        """A key of its own for each use, derived from the master key."""
        master = base64.b64decode(self.master_key.get_secret_value())
        return hmac.digest(master, purpose.encode(), "sha256")


S = TypeVar("S", bound=Settings)


def load(kind: type[S]) -> S:
    """Reads the environment; ends the process with one sentence that names every mistake."""
    try:
        return kind()
    except ValidationError as error:
        mistakes = "; ".join(
            f"{PREFIX}{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}"
            if e["loc"]
            else f"{PREFIX}{e['msg'].removeprefix('Value error, ')}"
            for e in error.errors(include_input=False, include_url=False)
        )
        raise SystemExit(f"The settings are not usable: {mistakes}.") from None
