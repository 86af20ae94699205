"""The command line of a service that publishes nothing: what cannot be done is said plainly."""

import subprocess
import sys

from kit.testing import MASTER_KEY

SETTINGS = {
    "LEIDRAAD_ENVIRONMENT": "test",
    "LEIDRAAD_DATABASE_URL": "postgresql://127.0.0.1:1/nowhere",
    "LEIDRAAD_KAFKA": "127.0.0.1:1",
    "LEIDRAAD_HTTP_PORT": "1",
    "LEIDRAAD_METRICS_PORT": "1",
    "LEIDRAAD_JWKS_URL": "http://127.0.0.1:1/jwks.json",
    "LEIDRAAD_ISSUER": "http://127.0.0.1:1",
    "LEIDRAAD_AUDIENCE": "leidraad",
    "LEIDRAAD_MASTER_KEY": MASTER_KEY,
}


def said(*arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "analytics", *arguments]
    done = subprocess.run(command, env=SETTINGS, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_what_publishes_nothing_cannot_be_told_to_publish_again() -> None:
    sentence = "The service analytics publishes nothing, so it has nothing to republish.\n"

    assert said("republish", "--from", "1") == (1, sentence)


def test_an_unknown_command_is_answered_by_the_words_that_there_are() -> None:
    status, text = said("bogus")

    assert status == 2
    assert "invalid choice: 'bogus' (choose from " in text
    assert "republish" in text
    assert "<" not in text
