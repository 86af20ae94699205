"""Histories in which something went wrong, made of one in which all went well."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from checker.evidence import Books, Evidence, Refusal, Rows, Success
from events.store import Json, Recorded
from events.testing import numbered

CASE = UUID(int=0x100)
CONFLICT = Refusal(409, "conflict")
Spoil = Callable[[Evidence], Evidence]


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


def twice_as_it_is(service: str, type_: str) -> Spoil:
    """The event stands in the log once more, under the same id."""

    def spoil(evidence: Evidence) -> Evidence:
        spoiled = doubled(service, type_)(evidence)
        *log, twin = spoiled.books[service].log
        again = replace(twin, id=log[index(evidence.books[service], type_)].id)
        return in_books(evidence, service, log=[*log, again])

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


def swapped_across_streams(evidence: Evidence) -> Evidence:
    """The first messages of two streams of one key change places, with their repetitions."""
    messages = list(evidence.topics["intake.events"])
    ids = [dict(m.headers)["ce_id"] for m in messages]
    books = evidence.books["intake"]
    one, other = (
        ids.index(str(books.log[index(books, type_)].id).encode())
        for type_ in ("offer.candidate-identified.v1", "referral.made.v1")
    )
    early, late = slice(one, one + 2), slice(other, other + 2)
    messages[early], messages[late] = messages[late], messages[early]
    return replace(evidence, topics={**evidence.topics, "intake.events": messages})


def in_two_partitions(evidence: Evidence) -> Evidence:
    """The last message of a key is in another partition than those before."""
    messages = list(evidence.topics["intake.events"])
    last = max(n for n, m in enumerate(messages) if m.key == str(CASE).encode())
    place = messages[last].partition
    messages[last] = replace(messages[last], partition=place._replace(number=place.number + 1))
    return replace(evidence, topics={**evidence.topics, "intake.events": messages})


def off_the_topic(evidence: Evidence) -> Evidence:
    last = evidence.topics["scheduling.events"][-1]
    messages = [m for m in evidence.topics["scheduling.events"] if m.headers != last.headers]
    return replace(evidence, topics={**evidence.topics, "scheduling.events": messages})


def altered_on_the_topic(evidence: Evidence) -> Evidence:
    first, *others = evidence.topics["casefile.events"]
    messages = [replace(first, value=b"{}"), *others]
    return replace(evidence, topics={**evidence.topics, "casefile.events": messages})


def without_record(evidence: Evidence) -> Evidence:
    answers = dict(list(evidence.books["intake"].answers.items())[1:])
    return in_books(evidence, "intake", answers=answers)


def access_lines_doubled(evidence: Evidence) -> Evidence:
    return in_books(evidence, "intake", access=[*evidence.books["intake"].access] * 2)


def without_access_line(evidence: Evidence) -> Evidence:
    return in_books(evidence, "casefile", access=evidence.books["casefile"].access[1:])


def vault_row_of_nothing(evidence: Evidence) -> Evidence:
    vault = {*evidence.books["casefile"].vault, numbered(1)}
    return in_books(evidence, "casefile", vault=vault)


def carried_out_without_its_event(evidence: Evidence) -> Evidence:
    """Record and access line are there, the last event of its stream is not; nobody was told."""
    type_ = "case.first-contact-made.v1"
    gone = index(evidence.books["casefile"], type_) + 1
    answers = {
        key: replace(answer, version=0, position=answer.position - (answer.position > gone))
        for key, answer in evidence.books["casefile"].answers.items()
    }
    untold = [replace(e, told=None) for e in evidence.exchanges]
    spoiled = in_books(lost("casefile", type_)(evidence), "casefile", answers=answers)
    return replace(spoiled, exchanges=untold)


def told_otherwise(evidence: Evidence) -> Evidence:
    """The second try of a request is told of another version than the first."""
    first, second, *others = evidence.exchanges
    assert isinstance(second.told, Success)
    changed = replace(second, told=second.told._replace(version=2, position=2))
    return replace(evidence, exchanges=[first, changed, *others])


def refused_afterwards(evidence: Evidence) -> Evidence:
    """The second try of a request is refused, although the first was carried out."""
    first, second, *others = evidence.exchanges
    return replace(evidence, exchanges=[first, replace(second, told=CONFLICT), *others])


def refused_at_every_try(evidence: Evidence) -> Evidence:
    """Nobody was told of a success, and what they asked for is in the logs."""
    refused = [replace(e, told=CONFLICT) for e in evidence.exchanges]
    return replace(evidence, exchanges=refused)


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


def stale_view(evidence: Evidence) -> Evidence:
    """It says that it has seen the whole log, and shows what it showed before the last event."""
    books = evidence.books["casefile"]
    name, shown = next(iter(books.views.items()))
    last = max(row["believed_from"] for row in shown.rows)
    rows = [row for row in shown.rows if row["believed_from"] < last]
    return in_books(evidence, "casefile", views={name: shown._replace(rows=rows)})
