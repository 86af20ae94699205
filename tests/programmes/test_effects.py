"""No word of a definition is without effect: code reads each field that the model declares.

Looked at are the modules that know definitions. A list of terms may also be read by its name, in
the body of a request or as what an agreement is about.
"""

import ast
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import pytest

from programmes import load
from programmes.term import Declared

ROOT = Path(__file__).parents[2]
TREES = [
    ast.parse(path.read_text())
    for path in chain(ROOT.glob("libs/*/src/**/*.py"), ROOT.glob("services/*/src/**/*.py"))
]
FOR_READERS = {"nl", "en", "fr", "labels", "source", "valid_from_source"}
"""Labels, and where each word comes from: whoever reads the file needs them."""


def parts(part: type[Declared]) -> Iterator[type[Declared]]:
    for below in part.__subclasses__():
        yield below
        yield from parts(below)


WORDS = sorted(
    {
        (part.__name__, field)
        for part in parts(Declared)
        for field in part.__annotations__
        if field in part.model_fields and field not in FOR_READERS
    }
)


def knows_definitions(tree: ast.Module) -> bool:
    imports = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return any(name.partition(".")[0] == "programmes" for name in imports)


def attributes(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            yield node.attr


def texts(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def read(trees: Iterable[ast.Module]) -> frozenset[str]:
    """The fields that are read, and the lists of terms that are named."""
    told = list(trees)
    fields = (name for tree in told if knows_definitions(tree) for name in attributes(tree))
    definitions = load().definitions
    lists = frozenset(name for d in definitions for name in d.vocabularies)
    agreed = (kind.vocabulary for d in definitions for kind in d.agreements if kind.vocabulary)
    named = lists.intersection(chain(agreed, *map(texts, told)))
    return frozenset(fields) | frozenset(part for name in named for part in name.split("."))


READ = read(TREES)


def test_what_nobody_reads_would_be_found() -> None:
    tree = ast.parse("from programmes import model\nmodel.most\nother = 'offer.channels'")

    assert read([tree]) >= {"most", "channels"}
    assert "owner" not in read([tree])
    assert ("Deadline", "owner") in WORDS
    assert len(WORDS) > 100


@pytest.mark.parametrize(("part", "word"), WORDS)
def test_code_reads_what_a_definition_says(part: str, word: str) -> None:
    assert word in READ, f"{part}.{word} has no effect"
