"""Runs some tests on a copy of the source, in a process of its own, and says what they found."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from mutation.guard import Edit

ROOT = Path(__file__).parents[3]
PACKAGES = [ROOT / "libs" / "events" / "src" / "events", ROOT / "libs" / "kit" / "src" / "kit"]
PLUGINS = ("pytest_asyncio.plugin", "pytest_timeout")
SECONDS = 280
UNPACKED = tuple(f"ValueError: {many} values to unpack" for many in ("too many", "not enough"))
RED = ("assert ", "AssertionError", "Failed: DID NOT RAISE", *UNPACKED)
"""How a test finds what it did not expect; else the source may only not run any more."""


def copied(to: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(package, to / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    return to


def apply(source: Path, edits: Iterable[Edit]) -> None:
    for edit in edits:
        path = source / edit.file
        text = path.read_text()
        assert text.count(edit.old) == 1, f"{edit.file} holds this {text.count(edit.old)} times"
        path.write_text(text.replace(edit.old, edit.new))


def outcomes(source: Path, tests: Iterable[str]) -> Mapping[str, str]:
    """By test: `passed`, or what it failed with."""
    report = source / "junit.xml"
    plugins = [argument for plugin in PLUGINS for argument in ("-p", plugin)]
    options = ["-o", f"cache_dir={source / 'cache'}", f"--junitxml={report}", "-q"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, *options, *tests],
        env={**os.environ, "PYTHONPATH": str(source), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert run.returncode in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}, run.stdout
    cases = ET.parse(report).getroot().iter("testcase")  # noqa: S314 - written just now
    return {_id(case): _outcome(case) for case in cases}


def _id(case: ET.Element) -> str:
    path = case.attrib["classname"].replace(".", "/")
    return f"{path}.py::{case.attrib['name']}"


def _outcome(case: ET.Element) -> str:
    for kind in ("error", "failure", "skipped"):
        if (found := case.find(kind)) is not None:
            message = found.attrib["message"]
            return message if kind == "failure" else f"{kind}: {message}"
    return "passed"
