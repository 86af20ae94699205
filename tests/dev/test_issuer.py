"""The development issuer: what its tokens say, and that production gets none."""

import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from dev.failure import NotStarted
from dev.issuer import write_service_tokens
from dev.key import make_key, read_key, sign
from dev.run import run_folder
from dev.token import token

ISSUER = "http://127.0.0.1:1"
HOSPITAL = uuid.UUID("00000000-0000-0000-0000-000000000001")


def test_a_token_says_who_asks_in_which_role_for_half_a_day(tmp_path: Path) -> None:
    key = make_key(tmp_path)

    signed = sign(key, ISSUER, "referrer", subject=HOSPITAL, organisation=HOSPITAL)

    claims = jwt.decode(signed, key, algorithms=["RS256"]).claims
    lasts = timedelta(seconds=claims["exp"] - claims["iat"])
    assert claims["iss"] == ISSUER
    assert claims["aud"] == "leidraad"
    assert claims["role"] == "referrer"
    assert claims["sub"] == claims["organisation"] == str(HOSPITAL)
    assert claims["nbf"] <= datetime.now(UTC).timestamp()
    assert lasts == timedelta(hours=12)


def test_somebody_without_an_organisation_has_no_such_claim(tmp_path: Path) -> None:
    key = make_key(tmp_path)

    claims = jwt.decode(sign(key, ISSUER, "desk"), key, algorithms=["RS256"]).claims

    assert "organisation" not in claims
    uuid.UUID(claims["sub"])


def test_the_key_of_the_folder_signs_what_the_published_key_verifies(tmp_path: Path) -> None:
    published = KeySet.import_key_set({"keys": [make_key(tmp_path).as_dict(private=False)]})

    signed = sign(read_key(tmp_path), ISSUER, "desk")

    assert jwt.decode(signed, published, algorithms=["RS256"]).claims["role"] == "desk"
    assert "d" not in published.as_dict()["keys"][0]
    assert (tmp_path / "key.pem").stat().st_mode & 0o077 == 0


def test_each_service_gets_a_token_of_its_own_that_others_may_not_read(tmp_path: Path) -> None:
    key = make_key(tmp_path)

    write_service_tokens(tmp_path, key, ISSUER, ["intake", "casefile"])

    files = [tmp_path / f"{name}.jwt" for name in ("intake", "casefile")]
    claims = [jwt.decode(f.read_text(), key, algorithms=["RS256"]).claims for f in files]
    assert [c["role"] for c in claims] == ["service", "service"]
    assert claims[0]["sub"] != claims[1]["sub"]
    assert all(f.stat().st_mode & 0o077 == 0 for f in files)


@pytest.mark.parametrize(
    "arguments", [["dev.issuer", "--port=1", "--folder=never"], ["dev.token", "--role=desk"]]
)
def test_production_is_refused_in_one_sentence(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        env={"LEIDRAAD_ENVIRONMENT": "production"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr == "The development issuer does not start in production; use a real one.\n"


def test_without_a_running_demo_there_is_no_token(tmp_path: Path) -> None:
    with pytest.raises(NotStarted, match="make demo"):
        token(tmp_path, "desk", subject=None, organisation=None)


def test_a_referrer_needs_an_organisation(tmp_path: Path) -> None:
    with pytest.raises(NotStarted, match="make token ROLE=referrer ORGANISATION=id"):
        token(tmp_path, "referrer", subject=None, organisation=None)


def test_an_unknown_role_is_answered_by_the_roles_that_there_are() -> None:
    command = [sys.executable, "-m", "dev.token", "--role=boss"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "team-lead" in done.stderr
    assert "<" not in done.stderr


def test_a_token_is_signed_with_the_key_of_the_newest_running_demo(tmp_path: Path) -> None:
    with run_folder("old", tmp_path) as ended:
        _issuer_in(ended)
    with run_folder("demo", tmp_path) as folder:
        key = _issuer_in(folder)

        signed = token(tmp_path, "desk", subject=HOSPITAL, organisation=None)

    assert jwt.decode(signed, read_key(key), algorithms=["RS256"]).claims["sub"] == str(HOSPITAL)


def _issuer_in(folder: Path) -> Path:
    place = folder / "issuer"
    place.mkdir()
    make_key(place)
    (place / "issuer").write_text(ISSUER)
    return place
