"""Idempotency-Key: what makes two requests the same, and whether their bodies are."""

import hmac
import re

import orjson

from kit.problems import Problem

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def checked(key: str | None, *, required: bool) -> str | None:
    if key is None:
        if required:
            raise Problem(400, "idempotency-key-missing", "This request needs an Idempotency-Key.")
        return None
    if not _KEY.fullmatch(key):
        raise Problem(
            400, "bad-idempotency-key", "An Idempotency-Key is 1 to 255 visible ASCII characters."
        )
    return key


def body_hash(secret: bytes, body: bytes) -> bytes:
    """Keyed, so that no body is found out by guessing; the order of JSON fields is no matter."""
    return hmac.digest(secret, _canonical(body), "sha256")


def _canonical(body: bytes) -> bytes:
    try:
        return orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
    except orjson.JSONDecodeError:
        return body


def reused() -> Problem:
    return Problem(
        422,
        "idempotency-key-reused",
        "This Idempotency-Key was used for a request with another body.",
    )
