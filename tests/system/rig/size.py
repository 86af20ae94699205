"""How much the tests of faults do: little in `make test`, in full with `LEIDRAAD_LONG=1`."""

import os
from typing import TypeVar

T = TypeVar("T")
LONG = os.environ.get("LEIDRAAD_LONG") == "1"


def sized(short: T, full: T) -> T:
    return full if LONG else short
