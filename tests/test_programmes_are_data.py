"""Programmes are data: no service and no library knows a track, a step, an activity or a hospital.

Looked at is the whole of each module of libs and services: texts, docstrings, comments and names.
A code of a shipped definition is found where a text is the code of a track, or holds a code with a
hyphen as a word, and where a name of the code holds it. Codes that are ordinary words (`contact`,
`started`) may be the name of something else. `examples.py` and `testing.py` hold test data: what
they say is a programme's, and no other module of a service may use it.
"""

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from programmes.loader import load
from programmes.model import Definition

ROOT = Path(__file__).parents[1]
FOR_TESTS = {"examples", "testing"}
TEST_DATA = {f"{name}.py" for name in FOR_TESTS}
MODULES = sorted(
    path
    for path in chain(ROOT.glob("libs/*/src/**/*.py"), ROOT.glob("services/*/src/**/*.py"))
    if path.name not in TEST_DATA
)
PARTIES = re.compile(
    r"hospital|ziekenhuis|inspectorate|inspectie|insurer|verzekeraar|adjuster|\bIGJ\b|calamit"
    r"|\bliability\b|\bcomplaint|\bdisciplinary\b",
    re.IGNORECASE,
)
"""Whom and what the first programme is about, whether or not that is a code of it."""


def codes(definition: Definition) -> Iterator[str]:
    """Whatever the definition says about tracks, activities and who refers, by code."""
    for track in definition.tracks:
        yield track.code
        for step in track.steps:
            yield from (step.code, step.publishes, *(term.code for term in step.outcomes))
            for field in step.fields:
                yield from (field.code, *(term.code for term in field.terms))
    for category in definition.activities:
        yield from (category.code, *(term.code for term in category.types))
    yield from (source.code for source in definition.referral_sources)


def telling(definition: Definition) -> frozenset[str]:
    """The codes that cannot be anything else."""
    tracks = {track.code for track in definition.tracks}
    return frozenset(code for code in codes(definition) if "-" in code or code in tracks)


def texts(source: str) -> Iterator[str]:
    """Every text, docstrings among them, and every comment."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
    yield from re.findall(r"#.*", source)


def names(source: str) -> Iterator[str]:
    """Every name of the code, in kebab-case."""
    for node in ast.walk(ast.parse(source)):
        for field in ("id", "attr", "name", "arg"):
            name = getattr(node, field, None)
            if isinstance(name, str):
                yield re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", "-", name).lower().strip("-")


def knows(text: str, words: frozenset[str]) -> list[str]:
    parts = re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", text)
    return sorted(words & {text.strip(), *(part for part in parts if "-" in part)})


def is_named(name: str, words: frozenset[str]) -> list[str]:
    return sorted(word for word in words if f"-{word}-" in f"-{name}-")


TELLING = frozenset().union(*(telling(definition) for definition in load().definitions))


def found(source: str) -> list[str]:
    """What a module knows of a programme."""
    in_texts = (code for text in texts(source) for code in knows(text, TELLING))
    in_names = (code for name in names(source) for code in is_named(name, TELLING))
    return [*in_texts, *in_names, *PARTIES.findall(source)]


@pytest.mark.parametrize(
    ("source", "known"),
    [
        ('"liability-claim-filed"', ["liability-claim-filed", "liability"]),
        ('f"{1} of settlement-offered"', ["settlement-offered"]),
        ('def f():\n    """Of a home-visit."""', ["home-visit"]),
        ("x = 1  # not of a home-visit", ["home-visit"]),
        ("def home_visit(): ...", ["home-visit"]),
        ("class HomeVisitPaid: ...", ["home-visit"]),
        ("def f(home_visit): x.home_visit", ["home-visit"] * 2),
        ("hospital = 1  # the insurer", ["hospital", "insurer"]),
        ("started = contact('reliability')", []),
    ],
)
def test_what_is_looked_for_is_found(source: str, known: list[str]) -> None:
    assert found(source) == known
    assert {"calamity-investigation", "home-visit", "victim-support"} <= TELLING


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > 80


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_code_knows_a_track_a_step_an_activity_or_a_hospital(path: Path) -> None:
    assert found(path.read_text()) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_code_uses_test_data(path: Path) -> None:
    tree = ast.walk(ast.parse(path.read_text()))
    imported = [
        name
        for node in tree
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (getattr(node, "module", None) or "", *(alias.name for alias in node.names))
    ]

    assert [name for name in imported if name.rpartition(".")[2] in FOR_TESTS] == []
