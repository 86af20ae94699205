"""Judges a folder of evidence: prints what was broken, and ends with 1 if anything was."""

import argparse
import sys
from pathlib import Path

from checker.check import check
from checker.dump import read
from checker.services import rules
from programmes.loader import load


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m checker", description=__doc__)
    parser.add_argument("folder", type=Path, help="as tests/checker/README.md describes it")
    folder: Path = parser.parse_args().folder
    definitions = folder / "programmes"
    evidence = read(folder)
    found = check(evidence, rules(load(definitions if definitions.is_dir() else None)))
    for violation in found:
        print(violation)  # noqa: T201 - for the person at the terminal
    events = sum(len(books.log) for books in evidence.books.values())
    print(f"{events} events, {len(evidence.exchanges)} exchanges, {len(found)} violations")  # noqa: T201
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
