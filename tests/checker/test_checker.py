"""The checker finds what is wrong with a spoiled history, and nothing in a healthy one."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from checker.check import check
from checker.evidence import Books, Evidence, Rows, Success
from checker.example import RULES, healthy
from events.store import Json, Recorded
from events.testing import numbered

CASE = UUID(int=0x100)
Spoil = Callable[[Evidence], Evidence]


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


def in_books(evidence: Evidence, service: str, **changed: Any) -> Evidence:  # noqa: ANN401 - as replace
    books = replace(evidence.books[service], **changed)
    return replace(evidence, books={**evidence.books, service: books})


def renumbered(log: Sequence[Recorded[Json]]) -> list[Recorded[Json]]:
    return [replace(event, position=position) for position, event in enumerate(log, 1)]


def index(books: Books, type_: str, case: UUID = CASE) -> int:
    return next(n for n, e in enumerate(books.log) if e.type == type_ and e.key == case)


def lost(service: str, type_: str) -> Spoil:
    """The event is gone, and the log closed up over it."""

    def spoil(evidence: Evidence) -> Evidence:
        log = list(evidence.books[service].log)
        del log[index(evidence.books[service], type_)]
        return in_books(evidence, service, log=renumbered(log), seen=())

    return spoil


def doubled(service: str, type_: str) -> Spoil:
    """The event stands in the log once more, under an id and a version of its own."""

    def spoil(evidence: Evidence) -> Evidence:
        log = list(evidence.books[service].log)
        event = log[index(evidence.books[service], type_)]
        versions = [e.version for e in log if e.stream == event.stream]
        last = log[-1].recorded_at + timedelta(seconds=1)
        twin = replace(event, id=numbered(1), version=max(versions) + 1, recorded_at=last)
        return in_books(evidence, service, log=renumbered([*log, twin]))

    return spoil


def swapped_versions(evidence: Evidence) -> Evidence:
    log = list(evidence.books["intake"].log)
    log[0], log[1] = (
        replace(log[0], id=log[1].id, type=log[1].type, event=log[1].event, version=2),
        replace(log[1], id=log[0].id, type=log[0].type, event=log[0].event, version=1),
    )
    return in_books(evidence, "intake", log=log)


def gap(evidence: Evidence) -> Evidence:
    log = evidence.books["casefile"].log
    later = [replace(event, position=event.position + 1) for event in log[4:]]
    return in_books(evidence, "casefile", log=[*log[:4], *later], seen=())


def recorded_before_the_one_before(evidence: Evidence) -> Evidence:
    log = list(evidence.books["scheduling"].log)
    log[3] = replace(log[3], recorded_at=log[2].recorded_at)
    return in_books(evidence, "scheduling", log=log)


def overlooked_by_a_reader(evidence: Evidence) -> Evidence:
    seen = list(evidence.books["intake"].seen)
    return in_books(evidence, "intake", seen=[*seen[:3], *seen[4:]])


def changed_after_it_was_read(evidence: Evidence) -> Evidence:
    seen = list(evidence.books["intake"].seen)
    return in_books(evidence, "intake", seen=[(1, numbered(1)), *seen[1:]])


def swapped_on_the_topic(evidence: Evidence) -> Evidence:
    """Two neighbours of one key change places, with their repetitions."""
    messages = list(evidence.topics["intake.events"])
    place = next(n for n, m in enumerate(messages) if m.key == str(CASE).encode())
    messages[place : place + 4] = [*messages[place + 2 : place + 4], *messages[place : place + 2]]
    return replace(evidence, topics={**evidence.topics, "intake.events": messages})


def off_the_topic(evidence: Evidence) -> Evidence:
    last = evidence.topics["scheduling.events"][-1]
    messages = [m for m in evidence.topics["scheduling.events"] if m.headers != last.headers]
    return replace(evidence, topics={**evidence.topics, "scheduling.events": messages})


def altered_on_the_topic(evidence: Evidence) -> Evidence:
    first, *others = evidence.topics["casefile.events"]
    messages = [replace(first, value=b"{}"), *others]
    return replace(evidence, topics={**evidence.topics, "casefile.events": messages})


def foreign_on_the_topic(evidence: Evidence) -> Evidence:
    return in_books(lost("casefile", "case.first-contact-made.v1")(evidence), "casefile")


def without_record(evidence: Evidence) -> Evidence:
    answers = dict(list(evidence.books["intake"].answers.items())[1:])
    return in_books(evidence, "intake", answers=answers)


def without_access_line(evidence: Evidence) -> Evidence:
    return in_books(evidence, "casefile", access=evidence.books["casefile"].access[1:])


def without_inbox_row(evidence: Evidence) -> Evidence:
    """The effect is there, and a repetition of its message would have it again."""
    rows = sorted(evidence.books["casefile"].inbox)
    return in_books(evidence, "casefile", inbox=set(rows[1:]))


def without_work(evidence: Evidence) -> Evidence:
    spoiled = lost("notifications", "message.sent.v1")(evidence)
    return replace(spoiled, topics={**spoiled.topics, "notifications.events": []})


def without_vault_row(evidence: Evidence) -> Evidence:
    return in_books(evidence, "casefile", vault=())


def told_otherwise(evidence: Evidence) -> Evidence:
    """The second try of a request is told of another version than the first."""
    first, second, *others = evidence.exchanges
    assert isinstance(second.told, Success)
    changed = replace(second, told=second.told._replace(version=2, position=2))
    return replace(evidence, exchanges=[first, changed, *others])


def on_a_stale_version(evidence: Evidence) -> Evidence:
    """The store took a decision that was made on version 1 when version 2 was there."""
    exchanges = [
        replace(e, expected=e.expected - 1) if e.expected else e for e in evidence.exchanges
    ]
    return replace(evidence, exchanges=exchanges)


def lost_update(evidence: Evidence) -> Evidence:
    """The second of two decisions on one version was stored after the first."""
    books = evidence.books["intake"]
    key = next(k for k, answer in books.answers.items() if answer.version == 2)
    stale = replace(books.answers[key], version=1)
    exchanges = [
        replace(e, told=e.told._replace(version=1))
        if e.request == key and isinstance(e.told, Success)
        else e
        for e in evidence.exchanges
    ]
    spoiled = in_books(evidence, "intake", answers={**books.answers, key: stale})
    return replace(spoiled, exchanges=exchanges)


def view_with(change: Callable[[Rows], Rows]) -> Spoil:
    def spoil(evidence: Evidence) -> Evidence:
        name, rows = next(iter(evidence.books["casefile"].views.items()))
        return in_books(evidence, "casefile", views={name: change(rows)})

    return spoil


def out_of_order(evidence: Evidence) -> Evidence:
    """The last message of a case was handled, an earlier one was not."""
    books = evidence.books["analytics"]
    log = renumbered([e for n, e in enumerate(books.log) if n != index(books, books.log[0].type)])
    return in_books(evidence, "analytics", log=log, seen=())


def early_deadline(evidence: Evidence) -> Evidence:
    books = evidence.books["scheduling"]
    log = list(books.log)
    place = index(books, "deadline.met.v1")
    due = log[index(books, "deadline.set.v1")].event["due_on"]
    missed = {"policy": log[place].event["policy"], "due_on": due}
    log[place] = replace(log[place], type="deadline.missed.v1", event=missed)
    return in_books(evidence, "scheduling", log=log)


@pytest.mark.parametrize(
    ("spoil", "promise"),
    [
        pytest.param(lost("intake", "offer.made.v1"), "R3", id="an event in a stream is lost"),
        pytest.param(
            lost("casefile", "case.first-contact-made.v1"), "R1", id="what was answered is lost"
        ),
        pytest.param(doubled("intake", "offer.made.v1"), "R2", id="a request was done twice"),
        pytest.param(swapped_versions, "R3", id="a stream is out of order"),
        pytest.param(lost_update, "R3", id="an update is lost"),
        pytest.param(on_a_stale_version, "R3", id="a stale version was taken"),
        pytest.param(gap, "R4", id="positions have a gap"),
        pytest.param(recorded_before_the_one_before, "R4", id="time stands still"),
        pytest.param(overlooked_by_a_reader, "R4", id="a reader overlooks an event"),
        pytest.param(changed_after_it_was_read, "R4", id="the past changes"),
        pytest.param(told_otherwise, "R2", id="two answers to one request"),
        pytest.param(without_record, "R5", id="half done: no idempotency record"),
        pytest.param(without_access_line, "R5", id="half done: no access line"),
        pytest.param(without_inbox_row, "R5", id="half done: no inbox row"),
        pytest.param(without_work, "R5", id="half done: no work item"),
        pytest.param(without_vault_row, "R5", id="half done: no vault row"),
        pytest.param(swapped_on_the_topic, "R6", id="a topic is out of order"),
        pytest.param(off_the_topic, "R6", id="an event never reached its topic"),
        pytest.param(altered_on_the_topic, "R6", id="a message is altered"),
        pytest.param(foreign_on_the_topic, "R6", id="a message was never stored"),
        pytest.param(doubled("casefile", "case.opened.v1"), "R7", id="an effect is doubled"),
        pytest.param(lost("scheduling", "deadline.set.v1"), "R7", id="an effect is missing"),
        pytest.param(lambda e: replace(e, mails=e.mails * 3), "R7", id="a mail came three times"),
        pytest.param(lambda e: replace(e, mails=e.mails[1:]), "R7", id="a mail never came"),
        pytest.param(out_of_order, "R7", id="messages were handled out of order"),
        pytest.param(
            view_with(lambda v: v._replace(rows=v.rows[:-1])), "R8", id="a view lacks a row"
        ),
        pytest.param(
            view_with(lambda v: v._replace(position=v.position - 3)), "R8", id="a view is stale"
        ),
        pytest.param(
            view_with(lambda v: v._replace(rows=[{**v.rows[0], "status": "new"}, *v.rows[1:]])),
            "R8",
            id="a view is wrong",
        ),
        pytest.param(early_deadline, "R10", id="a deadline was missed too early"),
    ],
)
def test_a_spoiled_history_is_found(history: Evidence, spoil: Spoil, promise: str) -> None:
    assert promise in found(spoil(history))


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
