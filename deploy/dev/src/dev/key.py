"""The development issuer's key, made once per run, and the tokens that are signed with it."""

import uuid
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import RSAKey

AUDIENCE = "leidraad"
ALGORITHM = "RS256"
LIFETIME = timedelta(hours=12)


def make_key(folder: Path) -> RSAKey:
    key = RSAKey.generate_key(2048, {"use": "sig", "alg": ALGORITHM}, private=True)
    key.ensure_kid()
    place = folder / "key.pem"
    place.touch(mode=0o600)
    place.write_bytes(key.as_pem(private=True))
    return key


@cache
def read_key(folder: Path) -> RSAKey:
    """Remembered: to check the numbers of a key takes 50 ms."""
    pem = (folder / "key.pem").read_bytes()
    key = RSAKey.import_key(pem, {"use": "sig", "alg": ALGORITHM})
    key.ensure_kid()
    return key


def sign(
    key: RSAKey,
    issuer: str,
    role: str,
    *,
    subject: uuid.UUID | None = None,
    organisation: uuid.UUID | None = None,
) -> str:
    """A token as a real issuer would give it to somebody who has logged in."""
    now = datetime.now(UTC)
    claims = {
        "iss": issuer,
        "aud": AUDIENCE,
        "sub": str(subject or uuid.uuid5(uuid.NAMESPACE_URL, f"{issuer}#{role}#{organisation}")),
        "role": role,
        "iat": int(now.timestamp()),
        "nbf": int(now.timestamp()),
        "exp": int((now + LIFETIME).timestamp()),
    }
    if organisation is not None:
        claims["organisation"] = str(organisation)
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, key)
