"""Evidence survives being written down, and what is wrong with it is found in the files too."""

import asyncio
import subprocess
import sys
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from casefile.views.cases import CASES
from checker.check import check
from checker.dump import read, write
from checker.evidence import Disturbed, Evidence
from checker.example import RULES, healthy
from checker.spoil import (
    Spoil,
    doubled,
    in_books,
    lost,
    off_the_topic,
    stale_view,
    swapped_on_the_topic,
    swapped_versions,
    without_record,
)
from checker.spoil_effects import without_inbox_row
from events.broker import Message, Partition
from events.testing import NOW, numbered


@pytest.fixture(scope="module")
def history() -> Evidence:
    return asyncio.run(healthy())


def again(evidence: Evidence, folder: Path) -> Evidence:
    write(evidence, folder)
    return read(folder)


def test_evidence_is_the_same_when_it_is_read_back(history: Evidence, tmp_path: Path) -> None:
    first, *others = history.exchanges
    timed = replace(first, began=NOW, ended=NOW + timedelta(milliseconds=7), expected=3)
    strange = Message(Partition("intake.events", 1), 5, None, [("ce_id", b"\xff")], None)
    evidence = replace(
        history,
        exchanges=[timed, replace(first, told=None), *others],
        topics={**history.topics, "intake.events": [strange]},
        parked={("intake.relay", numbered(1))},
        skipped={("analytics.log", numbered(2))},
        foreign={"by-hand"},
        disturbed=[Disturbed(3, 5)],
    )

    back = again(evidence, tmp_path)

    for name in ("exchanges", "topics", "mails", "parked", "skipped", "foreign", "disturbed"):
        assert getattr(back, name) == getattr(evidence, name)
    assert back.books.keys() == evidence.books.keys()
    for service, books in evidence.books.items():
        for name in ("log", "seen", "answers", "inbox", "access", "work", "vault"):
            assert getattr(back.books[service], name) == getattr(books, name)


def test_a_healthy_history_is_healthy_when_it_is_read_back(
    history: Evidence, tmp_path: Path
) -> None:
    assert check(again(history, tmp_path), RULES) == []


def test_no_file_has_the_hash_of_a_body(history: Evidence, tmp_path: Path) -> None:
    canary, books = b"hash-of-what-somebody-sent", history.books["intake"]
    answers = {key: replace(answer, body_hash=canary) for key, answer in books.answers.items()}

    write(in_books(history, "intake", answers=answers), tmp_path)
    texts = [path.read_bytes() for path in tmp_path.rglob("*.jsonl")]

    forms = canary, canary.hex().encode(), b64encode(canary)
    assert len(read(tmp_path).books["intake"].answers) == len(answers) > 0
    assert not any(form in text for text in texts for form in forms)


@pytest.mark.parametrize(
    ("spoil", "promise"),
    [
        pytest.param(lost("casefile", "case.first-contact-made.v1"), "R1", id="one lost"),
        pytest.param(off_the_topic, "R6", id="one lost on the way"),
        pytest.param(doubled("intake", "offer.made.v1"), "R2", id="one doubled"),
        pytest.param(doubled("casefile", "case.opened.v1"), "R7", id="one effect doubled"),
        pytest.param(swapped_versions, "R3", id="one reordered"),
        pytest.param(swapped_on_the_topic, "R6", id="one reordered on the way"),
        pytest.param(without_record, "R5", id="one half done"),
        pytest.param(without_inbox_row, "R5", id="one effect half done"),
        pytest.param(stale_view, "R8", id="one stale view"),
    ],
)
def test_what_is_wrong_is_found_in_the_files_too(
    history: Evidence, tmp_path: Path, spoil: Spoil, promise: str
) -> None:
    spoiled = spoil(history)

    violations = check(again(spoiled, tmp_path), RULES)

    assert promise in {violation.promise for violation in violations}
    assert sorted(violations) == sorted(check(spoiled, RULES))


def test_the_command_says_what_was_broken_and_ends_with_one(
    history: Evidence, tmp_path: Path
) -> None:
    write(history, tmp_path / "healthy")
    write(stale_view(history), tmp_path / "stale")

    healthy_end, stale_end = (_judged(tmp_path / name) for name in ("healthy", "stale"))

    assert (healthy_end.returncode, stale_end.returncode) == (0, 1)
    assert healthy_end.stdout.endswith(" 0 violations\n")
    assert f"R8: view {CASES.table.name} of casefile lacks the row" in stale_end.stdout


def _judged(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: PLW1510 - its status is what is asked for
        [sys.executable, "-m", "checker", str(folder)],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
    )
