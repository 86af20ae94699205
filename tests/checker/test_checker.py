"""The checker finds what is wrong with a spoiled history, and nothing in a healthy one."""

import ast
import asyncio
import pkgutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

import checker
from casefile.consent.decider import CONSENT
from casefile.consent.events import ConsentGiven
from checker.check import check
from checker.evidence import Disturbed, Evidence, Violation
from checker.example import RULES, healthy
from checker.spoil import changed_after_it_was_read, index, off_the_topic, view_with
from checker.spoil_effects import mailed_twice, put_off
from checker.spoilt import SPOILT, Spoilt
from checker.wholeness import work
from events.broker import Message, Partition
from events.envelope import topic_of
from events.occurrence import UNKNOWN
from events.testing import numbered

Place = tuple[str, int]


@pytest.fixture(scope="module")
def history() -> Evidence:
    return asyncio.run(healthy())


def found(evidence: Evidence, *, settled: bool = True) -> set[str]:
    return {violation.promise for violation in check(evidence, RULES, settled=settled)}


def test_a_healthy_history_gives_no_violation(history: Evidence) -> None:
    assert check(history, RULES) == []
    assert check(history, RULES, settled=False) == []
    assert {name: len(books.log) > 5 for name, books in history.books.items()} == dict.fromkeys(
        history.books, True
    )


@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT)
def test_a_spoiled_history_is_found(history: Evidence, spoilt: Spoilt) -> None:
    violations = check(spoilt.spoil(history), RULES)

    assert [v for v in violations if v.promise == spoilt.promise and spoilt.words in v.sentence]


def test_every_place_that_finds_a_violation_is_the_only_one_to_find_some_spoil(
    history: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever takes one of them away sees the test before this one fail."""
    found_at = dict[Violation, Place]()
    there = set(places(found_at, monkeypatch))
    found_by = dict[str, set[Place]]()

    for name, (spoil, promise, words) in SPOILT.items():
        found_at.clear()
        check(spoil(history), RULES)
        found_by[name] = {
            at for v, at in found_at.items() if v.promise == promise and words in v.sentence
        }

    assert len(there) > 50
    assert {name: found for name, found in found_by.items() if len(found) != 1} == {}
    assert there - set().union(*found_by.values()) == set()


def places(found_at: dict[Violation, Place], monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Where the checker makes a violation: module and line; each that is made is noted."""

    def noted(promise: str, sentence: str) -> Violation:
        frame = sys._getframe(1)
        violation = Violation(promise, sentence)
        found_at[violation] = frame.f_globals["__name__"], frame.f_lineno
        return violation

    for info in pkgutil.iter_modules(checker.__path__, "checker."):
        source = Path(checker.__path__[0], info.name.partition(".")[2] + ".py").read_text()
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "Violation":
                monkeypatch.setattr(f"{info.name}.Violation", noted)
                yield info.name, node.lineno


def test_what_a_consent_asks_for_may_wait_and_may_end_without_a_trace(history: Evidence) -> None:
    rules, books = RULES["casefile"], history.books["casefile"]
    given = ConsentGiven(consent="records", form="spoken", scopes=(), studies=(), occurred=UNKNOWN)
    type_, data = CONSENT.codec.encode(given)
    told = replace(books.log[-1], id=numbered(1), type=type_, event=data)
    ended = replace(books, log=[*books.log, told])
    waits = replace(ended, work=rules.work(told))
    other = replace(ended, work=[replace(*rules.work(told), data={"of": "another"})])

    violations = [bool([*work("casefile", b, rules)]) for b in (ended, waits, other)]

    assert violations == [False, False, True]


def test_a_delivery_that_was_put_off_is_begun_again_whatever_became_of_the_one_before(
    history: Evidence,
) -> None:
    """What was in the way of the first is no less in its way after the second was put off."""
    spoilt = put_off(mailed_twice(history))
    again = index(spoilt.books["notifications"], "message.delivery-started.v1") + 2
    excused = replace(spoilt, disturbed=[Disturbed(again - 1, again - 1)], mails=history.mails)

    assert not any("in its way" in v.sentence for v in check(excused, RULES))


def test_a_mail_that_came_twice_is_excused_by_what_was_in_the_way_meanwhile(
    history: Evidence,
) -> None:
    spoilt = mailed_twice(history)
    again = index(spoilt.books["notifications"], "message.delivery-started.v1") + 2
    excuses = {
        "between": [Disturbed(again - 1, again - 1)],
        "before": [Disturbed(again - 2, again - 2)],
        "after": [Disturbed(again, again)],
    }

    judged = {
        when: any("in its way" in v.sentence for v in check(replace(spoilt, disturbed=d), RULES))
        for when, d in excuses.items()
    }

    assert judged == {"between": False, "before": True, "after": True}


def test_a_stale_view_is_found_also_while_things_are_on_their_way(history: Evidence) -> None:
    stale = view_with(lambda v: v._replace(rows=v.rows[:-1]))(history)

    assert found(stale, settled=False) == {"R8"}


def test_what_is_still_on_its_way_is_no_violation_before_the_end(history: Evidence) -> None:
    assert found(off_the_topic(history), settled=False) == set()
    assert found(off_the_topic(history)) == {"R6"}


def test_a_violation_is_a_sentence_with_the_ids(history: Evidence) -> None:
    event = history.books["intake"].log[0]

    [violation] = check(changed_after_it_was_read(history), RULES)

    assert str(violation) == (
        f"R4: a reader of intake was given event {numbered(1)} at position 1, where {event.id}"
        " is now"
    )


def test_a_key_that_is_parked_may_wait_and_no_other(history: Evidence) -> None:
    spoiled = off_the_topic(history)
    key = UUID((history.topics["scheduling.events"][-1].key or b"").decode())

    assert found(replace(spoiled, parked={("scheduling.relay", key)})) == set()
    assert found(replace(spoiled, parked={("scheduling.relay", numbered(5))})) == {"R6"}


def test_what_a_hand_put_on_a_topic_is_not_judged_and_any_other_is(history: Evidence) -> None:
    headers = [("ce_id", b"by-hand")]
    strange = Message(Partition(topic_of("intake"), 3), 99, b"no-key-of-ours", headers, None)
    put = {**history.topics, "intake.events": [*history.topics["intake.events"], strange]}
    evidence = replace(history, topics=put)

    assert found(evidence) == {"R6"}
    assert found(replace(evidence, foreign={"by-hand"})) == set()


def test_what_was_left_out_may_be_missing_or_have_its_effect_later(history: Evidence) -> None:
    """It is the operator's decision, and a republication may undo it at any time."""
    opens = next(e for e in history.books["casefile"].log if e.type == "case.opened.v1")
    assert opens.metadata.causation_id
    left_out = {("casefile.referrals", opens.metadata.causation_id)}
    spoiled = off_the_topic(history)
    [missing] = {
        dict(m.headers)["ce_id"]
        for m in history.topics["scheduling.events"]
        if m not in spoiled.topics["scheduling.events"]
    }

    assert found(replace(history, skipped=left_out)) == set()
    unsent = {("scheduling.relay", UUID(missing.decode()))}
    assert found(replace(spoiled, skipped=unsent)) == set()
    assert found(replace(history, skipped=unsent)) == set()
