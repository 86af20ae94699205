"""How much a test does: little in `make test`, all of what is promised with `make test LONG=1`."""

import os

LONG = os.environ.get("LONG") == "1"


def extent(short: int, long: int) -> int:
    return long if LONG else short
