"""Histories in which something went wrong, made of one in which all went well."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from checker.evidence import Books, Evidence, Refusal, Rows, Success
from events.history import FOREVER
from events.occurrence import UNKNOWN
from events.store import Json, Recorded, Work
from events.testing import numbered

CASE = UUID(int=0x100)
CONFLICT = Refusal(409, "conflict")
Spoil = Callable[[Evidence], Evidence]


def in_books(evidence: Evidence, service: str, **changed: Any) -> Evidence:  # noqa: ANN401 - as replace
    books = replace(evidence.books[service], **changed)
    return replace(evidence, books={**evidence.books, service: books})


def put_off(evidence: Evidence) -> Evidence:
    """The second of two deliveries was put off, and a third begun."""
    books = evidence.books["notifications"]
    first = index(books, "message.delivery-started.v1")
    second, *later = books.log[first + 1 :]
    deferred = replace(
        second,
        id=numbered(2),
        type="message.delivery-deferred.v1",
        event={"attempt": 2, "reason": "smtp-451"},
        version=second.version + 1,
    )
    third = replace(second, id=numbered(3), version=second.version + 2)
    moved = [replace(e, version=e.version + 2) if e.stream == second.stream else e for e in later]
    log = renumbered([*books.log[: first + 2], deferred, third, *moved])
    return in_books(evidence, "notifications", log=log)


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


def mailed_twice(evidence: Evidence) -> Evidence:
    """A delivery was begun again as soon as it had begun, and nothing was in its way."""
    books = evidence.books["notifications"]
    first = index(books, "message.delivery-started.v1")
    begun = books.log[first]
    again = replace(begun, id=numbered(1), version=begun.version + 1)
    later = [
        replace(e, version=e.version + 1) if e.stream == begun.stream else e
        for e in books.log[first + 1 :]
    ]
    log = renumbered([*books.log[: first + 1], again, *later])
    spoilt = in_books(evidence, "notifications", log=log, seen=())
    return replace(spoilt, mails=[*evidence.mails, begun.stream], disturbed=[])


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


def without_access_line(evidence: Evidence) -> Evidence:
    return in_books(evidence, "casefile", access=evidence.books["casefile"].access[1:])


def without_inbox_row(evidence: Evidence) -> Evidence:
    """The effect is there, and a repetition of its message would have it again."""
    rows = sorted(evidence.books["casefile"].inbox)
    return in_books(evidence, "casefile", inbox=set(rows[1:]))


def without_work(evidence: Evidence) -> Evidence:
    spoiled = lost("notifications", "message.sent.v1")(evidence)
    return replace(spoiled, topics={**spoiled.topics, "notifications.events": []})


def work_beside_its_end(evidence: Evidence) -> Evidence:
    """The mail was sent, and is to be sent again."""
    return _with_work(evidence, evidence.books["notifications"].log[0].id)


def work_of_nothing(evidence: Evidence) -> Evidence:
    return _with_work(evidence, numbered(1))


def timers_put_off(evidence: Evidence) -> Evidence:
    late = [replace(item, due_at=FOREVER) for item in evidence.books["scheduling"].work]
    return in_books(evidence, "scheduling", work=late)


def kept_otherwise(evidence: Evidence) -> Evidence:
    """What analytics keeps first has another time than it was sent with."""
    first, *others = evidence.books["analytics"].log
    log = [replace(first, occurred=UNKNOWN), *others]
    return in_books(evidence, "analytics", log=log)


def effect_elsewhere(evidence: Evidence) -> Evidence:
    """An effect stands in the log once more, in a stream that nothing asks for."""
    log = evidence.books["casefile"].log
    event = next(e for e in log if e.metadata.causation_id)
    last = log[-1].recorded_at + timedelta(seconds=1)
    twin = replace(event, id=numbered(1), stream=numbered(2), version=1, recorded_at=last)
    return in_books(evidence, "casefile", log=renumbered([*log, twin]))


def _with_work(evidence: Evidence, item: UUID) -> Evidence:
    queued = evidence.books["notifications"].log[0]
    data = {"message": str(queued.stream)}
    work = Work(id=item, kind="send-message", key=queued.key, data=data, metadata=queued.metadata)
    return in_books(evidence, "notifications", work=[work])


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
