"""Programmes are data: no service and no library knows a track, a step, an activity or a hospital.

Looked at is every text in the code of libs and services, but for docstrings, and but for
`examples.py` and `testing.py`, which hold test data. A code of a shipped definition is found where
a text is the code of a track, or holds a code with a hyphen as a word. Codes that are ordinary
words (`contact`, `started`) may be the name of something else.
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
TEST_DATA = {"examples.py", "testing.py"}
MODULES = sorted(
    path
    for path in chain(ROOT.glob("libs/*/src/**/*.py"), ROOT.glob("services/*/src/**/*.py"))
    if path.name not in TEST_DATA
)
HOSPITAL = re.compile(r"hospital|ziekenhuis", re.IGNORECASE)


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


def texts(tree: ast.Module) -> Iterator[str]:
    """Every text that is not a docstring or a text that stands alone, which is one to readers."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.value


def knows(text: str, words: frozenset[str]) -> list[str]:
    parts = re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", text)
    return sorted(words & {text.strip(), *(part for part in parts if "-" in part)})


TELLING = frozenset().union(*(telling(definition) for definition in load().definitions))


def test_what_is_looked_for_is_found() -> None:
    tree = ast.parse('"liability"\ndef f(): return "of liability-claim-filed", f"complaint {1}"')

    found = [code for text in texts(tree) for code in knows(text, TELLING)]

    assert found == ["liability-claim-filed", "complaint"]
    assert {"calamity-investigation", "home-visit", "victim-support"} <= TELLING


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > 80


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_code_knows_a_track_a_step_an_activity_or_a_hospital(path: Path) -> None:
    found = list(texts(ast.parse(path.read_text())))

    assert [text for text in found if knows(text, TELLING)] == []
    assert [text for text in found if HOSPITAL.search(text)] == []
