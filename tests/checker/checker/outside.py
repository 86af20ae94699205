"""R7 beyond the log: mails go out as often as their messages say; R10: no deadline is early."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from uuid import UUID

from checker.evidence import Books, Evidence, Violation
from events.occurrence import end_of_day
from notifications.message.decider import MOST_REPEATS


def mails(books: Books, evidence: Evidence, *, settled: bool) -> Iterator[Violation]:
    """At most one repetition, that for a reason, and never fewer than the log says."""
    open_ended, sent = defaultdict[UUID, list[int]](list), set[UUID]()
    for event in books.log:
        begun = open_ended[event.stream]
        if event.type == "message.delivery-started.v1":
            if begun and not _disturbed(evidence, begun[-1], event.position):
                sentence = f"the delivery of message {event.stream} was begun again at"
                yield Violation("R7", f"{sentence} {event.position}, and nothing was in its way")
            begun.append(event.position)
        elif event.type == "message.delivery-deferred.v1":
            begun.pop()
        elif event.type == "message.sent.v1":
            sent.add(event.stream)
    delivered = Counter(evidence.mails)
    for message, count in delivered.items():
        if count > (most := len(open_ended[message])):
            sentence = f"message {message} was delivered {count} times, and begun"
            yield Violation("R7", f"{sentence} {most} times")
        elif count > 1 + MOST_REPEATS:
            yield Violation("R7", f"message {message} was delivered {count} times")
    for message in sorted(sent - delivered.keys()) if settled else ():
        yield Violation("R7", f"message {message} is said to be sent, and no mail was delivered")


def _disturbed(evidence: Evidence, began: int, again: int) -> bool:
    """Whether what had begun may have ended half way before it was begun again."""
    if evidence.disturbed is None:
        return True
    return any(d.began < again and d.over >= began for d in evidence.disturbed)


def deadlines(books: Books) -> Iterator[Violation]:
    """Each is missed once, unless it was set anew since."""
    missed = set[UUID]()
    for event in books.log:
        if event.type == "deadline.set.v1":
            missed.discard(event.stream)
        elif event.type == "deadline.missed.v1":
            if event.stream in missed:
                yield Violation("R10", f"deadline {event.stream} was missed again")
            missed.add(event.stream)
            due = end_of_day(date.fromisoformat(event.event["due_on"]))
            if event.occurred.at is None or event.occurred.at < due:
                yield Violation(
                    "R10", f"deadline {event.stream} was missed before its day was over"
                )
