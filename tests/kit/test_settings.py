"""Settings are checked as a whole before anything starts."""

import base64

import pytest

from kit.settings import Environment, Settings, load
from kit.testing import MASTER_KEY

GOOD = {
    "ENVIRONMENT": "production",
    "DATABASE_URL": "postgresql://intake:canary@db/intake",
    "KAFKA": "kafka:9092",
    "HTTP_PORT": "8000",
    "METRICS_PORT": "9000",
    "JWKS_URL": "https://issuer/jwks.json",
    "ISSUER": "https://issuer",
    "AUDIENCE": "leidraad",
    "MASTER_KEY": MASTER_KEY,
    "PEERS": '{"casefile": "http://casefile:8000/"}',
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GOOD.items():
        monkeypatch.setenv(f"LEIDRAAD_{name}", value)
    return monkeypatch


@pytest.mark.usefixtures("environment")
def test_settings_come_from_the_environment() -> None:
    settings = load(Settings)

    assert settings.environment is Environment.PRODUCTION
    assert settings.http_port == 8000
    assert settings.peers == {"casefile": "http://casefile:8000"}
    assert settings.programmes is None


def test_all_mistakes_are_named_in_one_sentence_without_the_values(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.delenv("LEIDRAAD_ISSUER")
    for name in ("HTTP_PORT", "MASTER_KEY", "PEERS", "JWKS_URL", "ENVIRONMENT"):
        environment.setenv(f"LEIDRAAD_{name}", "canary")

    with pytest.raises(SystemExit) as stopped:
        load(Settings)

    sentence = str(stopped.value)
    for name in ("ISSUER", "HTTP_PORT", "MASTER_KEY", "PEERS", "JWKS_URL", "ENVIRONMENT"):
        assert f"LEIDRAAD_{name}: " in sentence
    assert "canary" not in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("key", ["", "c2hvcnQ=", base64.b64encode(bytes(33)).decode(), "*" * 44])
def test_the_master_key_is_32_bytes(environment: pytest.MonkeyPatch, key: str) -> None:
    environment.setenv("LEIDRAAD_MASTER_KEY", key)

    with pytest.raises(SystemExit, match="LEIDRAAD_MASTER_KEY"):
        load(Settings)


def test_production_keeps_the_real_time(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("LEIDRAAD_CLOCK_SHIFT", "3600")

    with pytest.raises(SystemExit, match="LEIDRAAD_CLOCK_SHIFT"):
        load(Settings)
    environment.setenv("LEIDRAAD_ENVIRONMENT", "test")
    assert load(Settings).clock_shift == 3600


@pytest.mark.usefixtures("environment")
def test_secrets_are_not_printed_and_each_use_has_a_key_of_its_own() -> None:
    settings = load(Settings)

    assert "canary" not in repr(settings)
    assert MASTER_KEY not in repr(settings)
    assert settings.key_for("cursor") != settings.key_for("idempotency")
