"""Prints a token that the running demo accepts."""

import argparse
import os
import sys
from pathlib import Path
from uuid import UUID

from dev.failure import NotStarted
from dev.issuer import ENVIRONMENT, refuse_in_production
from dev.key import read_key, sign
from dev.run import ROOT, running
from kit.access import Role


def token(root: Path, role: str, *, subject: UUID | None, organisation: UUID | None) -> str:
    refuse_in_production(os.environ.get(ENVIRONMENT))
    if role == Role.REFERRER and organisation is None:
        raise NotStarted(
            "A referrer speaks for an organisation: make token ROLE=referrer ORGANISATION=id."
        )
    places = [folder / "issuer" for folder in running(root)]
    found = next((place for place in places if (place / "issuer").exists()), None)
    if found is None:
        raise NotStarted("No demo is running in this checkout; start one with `make demo`.")
    issuer = (found / "issuer").read_text()
    return sign(read_key(found), issuer, role, subject=subject, organisation=organisation)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m dev.token", description=__doc__)
    parser.add_argument("--role", required=True, choices=[role.value for role in Role])
    parser.add_argument("--organisation", type=UUID)
    parser.add_argument("--subject", type=UUID)
    given = parser.parse_args()
    try:
        print(token(ROOT, given.role, subject=given.subject, organisation=given.organisation))
    except NotStarted as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
