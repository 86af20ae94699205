"""Prints the AsyncAPI document of all topics, with the track steps of the programmes."""

import argparse
import os
import sys
from pathlib import Path

import orjson

from events.asyncapi import document
from events.contracts import registry
from programmes.loader import InvalidDefinitions, load

SETTING = "LEIDRAAD_PROGRAMMES"


def main() -> None:
    """Of the definitions in a folder: the one given, else the services' own, else the shipped."""
    parser = argparse.ArgumentParser(prog="python -m programmes.asyncapi", description=__doc__)
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=os.environ.get(SETTING) or None,
        help=f"of definitions; by default the one that {SETTING} names, or else the shipped ones",
    )
    try:
        programmes = load(parser.parse_args().folder)
    except InvalidDefinitions as invalid:
        raise SystemExit(str(invalid)) from None
    types = registry(programmes.track_steps())
    sys.stdout.buffer.write(orjson.dumps(document(types), option=orjson.OPT_INDENT_2) + b"\n")


if __name__ == "__main__":
    main()
