"""Prints the AsyncAPI document of all topics, with the track steps of the programmes."""

import sys
from pathlib import Path

import orjson

from events.asyncapi import document
from events.contracts import registry
from programmes.loader import load


def main(folder: str | None = None) -> None:
    """Of the definitions in a folder, by default the shipped ones."""
    types = registry(load(Path(folder) if folder else None).track_steps())
    sys.stdout.buffer.write(orjson.dumps(document(types), option=orjson.OPT_INDENT_2) + b"\n")


if __name__ == "__main__":
    main(*sys.argv[1:2])
