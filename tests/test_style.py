"""The rules of size and opening that reviewers would otherwise repeat (see CONTRIBUTING.md)."""

import ast
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("libs/*/src", "services/*/src", "deploy/dev/src")
LONGEST_FUNCTION = 35
LONGEST_FILE = 300

EXCEPTIONS: dict[str, str] = {}
"""`path` or `path:function` that may be longer, and why."""

MODULES = sorted(
    path
    for path in chain.from_iterable(ROOT.glob(f"{folder}/**/*.py") for folder in FOLDERS)
    if "migrations" not in path.parts
)
named = pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > 100


@named
def test_a_module_opens_with_one_sentence_that_says_what_it_is_for(path: Path) -> None:
    opening = ast.get_docstring(ast.parse(path.read_text())) or ""

    sentence = opening.split("\n\n")[0]
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert ". " not in sentence


@named
def test_a_file_is_short(path: Path) -> None:
    name = str(path.relative_to(ROOT))

    lines = len(path.read_text().splitlines())

    assert lines <= LONGEST_FILE or name in EXCEPTIONS


@named
def test_a_function_is_short(path: Path) -> None:
    name = str(path.relative_to(ROOT))

    long = [
        function.name
        for function in functions(ast.parse(path.read_text()))
        if (function.end_lineno or 0) - function.lineno >= LONGEST_FUNCTION
    ]

    assert [f for f in long if f"{name}:{f}" not in EXCEPTIONS] == []


def test_every_exception_is_still_needed() -> None:
    assert [name for name in EXCEPTIONS if not (ROOT / name.split(":")[0]).exists()] == []
