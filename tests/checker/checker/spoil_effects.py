"""Histories in which effects, work, mails or deadlines went wrong, made of one that went well."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from casefile.app import GROUP
from checker.evidence import Evidence
from checker.spoil import doubled, in_books, index, lost, renumbered
from events.history import FOREVER
from events.occurrence import UNKNOWN
from events.store import Work
from events.testing import numbered


def without_inbox_row(evidence: Evidence) -> Evidence:
    """The effect is there, and a repetition of its message would have it again."""
    rows = evidence.books["casefile"].inbox
    opened = min(row for row in rows if row[0] == GROUP)
    return in_books(evidence, "casefile", inbox={row for row in rows if row != opened})


def handled_before_the_one_before(evidence: Evidence) -> Evidence:
    """A message was handled, and one of the same key that came before it was not."""
    opened = evidence.books["casefile"].log[index(evidence.books["casefile"], "case.opened.v1")]
    rows = {row for row in evidence.books["scheduling"].inbox if row[1] != opened.id}
    return in_books(evidence, "scheduling", inbox=rows)


def effect_before_the_one_before(evidence: Evidence) -> Evidence:
    """Two messages ask for one effect, and the later one had it; both were handled."""
    spoiled = doubled("casefile", "case.first-contact-made.v1")(evidence)
    books = spoiled.books["scheduling"]
    log, place = list(books.log), index(books, "deadline.met.v1")
    earlier, later = log[place].metadata.causation_id, numbered(1)
    log[place] = replace(log[place], metadata=replace(log[place].metadata, causation_id=later))
    rows = {(group, later) for group, id_ in books.inbox if id_ == earlier}
    return in_books(spoiled, "scheduling", log=log, inbox={*books.inbox, *rows})


def effect_elsewhere(evidence: Evidence) -> Evidence:
    """An effect stands in the log once more, in a stream that nothing asks for."""
    log = evidence.books["casefile"].log
    event = next(e for e in log if e.metadata.causation_id)
    last = log[-1].recorded_at + timedelta(seconds=1)
    twin = replace(event, id=numbered(1), stream=numbered(2), version=1, recorded_at=last)
    return in_books(evidence, "casefile", log=renumbered([*log, twin]))


def kept_otherwise(evidence: Evidence) -> Evidence:
    """What analytics keeps first has another time than it was sent with."""
    first, *others = evidence.books["analytics"].log
    log = [replace(first, occurred=UNKNOWN), *others]
    return in_books(evidence, "analytics", log=log)


def out_of_order(evidence: Evidence) -> Evidence:
    """The last message of a case was handled, an earlier one was not."""
    books = evidence.books["analytics"]
    log = renumbered([e for n, e in enumerate(books.log) if n != index(books, books.log[0].type)])
    return in_books(evidence, "analytics", log=log, seen=())


def without_work(evidence: Evidence) -> Evidence:
    spoiled = lost("notifications", "message.sent.v1")(evidence)
    return replace(spoiled, topics={**spoiled.topics, "notifications.events": []})


def work_beside_its_end(evidence: Evidence) -> Evidence:
    """The mail was sent, and is to be sent again."""
    return _with_work(evidence, evidence.books["notifications"].log[0].id)


def work_of_nothing(evidence: Evidence) -> Evidence:
    return _with_work(evidence, numbered(1))


def _with_work(evidence: Evidence, item: UUID) -> Evidence:
    queued = evidence.books["notifications"].log[0]
    data = {"message": str(queued.stream)}
    work = Work(id=item, kind="send-message", key=queued.key, data=data, metadata=queued.metadata)
    return in_books(evidence, "notifications", work=[work])


def timers_put_off(evidence: Evidence) -> Evidence:
    late = [replace(item, due_at=FOREVER) for item in evidence.books["scheduling"].work]
    return in_books(evidence, "scheduling", work=late)


def early_deadline(evidence: Evidence) -> Evidence:
    books = evidence.books["scheduling"]
    log = list(books.log)
    place = index(books, "deadline.met.v1")
    due = log[index(books, "deadline.set.v1")].event["due_on"]
    missed = {"policy": log[place].event["policy"], "due_on": due}
    log[place] = replace(log[place], type="deadline.missed.v1", event=missed)
    return in_books(evidence, "scheduling", log=log)


def missed_again(evidence: Evidence) -> Evidence:
    return doubled("scheduling", "deadline.missed.v1")(early_deadline(evidence))


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
