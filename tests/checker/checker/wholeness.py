"""R5: all parts of a write set are there, or none."""

from collections.abc import Iterator

from checker.evidence import Books, Violation
from checker.rules import Rules
from events.store import Json, Recorded


def parts(service: str, books: Books, rules: Rules) -> Iterator[Violation]:
    handled = {id_ for _, id_ in books.inbox}
    lines = {(line.actor, line.correlation_id) for line in books.access}
    for event in books.log if rules.keeps is None else ():
        caused = event.metadata.causation_id
        if caused is not None and caused not in handled:
            sentence = f"event {event.id} of {service} follows from message {caused}"
            yield Violation("R5", f"{sentence}, which is not in the inbox")
        who = event.metadata.actor, event.metadata.correlation_id
        if caused is None and event.metadata.role != "service" and who not in lines:
            sentence = f"event {event.id} of {service} is by {event.metadata.actor}"
            yield Violation("R5", f"{sentence}, of whom the access log says nothing")


def work(service: str, books: Books, rules: Rules) -> Iterator[Violation]:
    """What an event asks for waits or has ended, and not both."""
    waiting = {item.id for item in books.work}
    asking = {e.id for e in books.log if e.type in rules.ends and _asks(e)}
    for item in sorted(waiting - asking):
        yield Violation("R5", f"work {item} of {service} waits, and no event asks for it")
    last = {(event.stream, event.type): event.position for event in books.log}
    for event in books.log:
        ends = rules.ends.get(event.type)
        if not ends or not _asks(event):
            continue
        over = {end for end in ends if last.get((event.stream, end), 0) > event.position}
        sentence = f"what event {event.id} ({event.type}) of {service} asks for"
        if not over and event.id not in waiting:
            yield Violation("R5", f"{sentence} neither waits nor has ended")
        if over & set(rules.done) and event.id in waiting:
            yield Violation("R5", f"{sentence} has ended, and waits all the same")


def _asks(event: Recorded[Json]) -> bool:
    """Of what is silent nobody is told; a deadline may cease to be so until it is due."""
    return not event.event.get("silent") or bool(event.event.get("reminders_stopped"))


def vault(service: str, books: Books, rules: Rules) -> Iterator[Violation]:
    records = {str(kept) for kept in books.vault}
    named = set[str]()
    for event in books.log:
        for record in _records(event, rules):
            if record not in records:
                sentence = f"event {event.id} of {service} names record {record}"
                yield Violation("R5", f"{sentence}, which is not in the vault")
        named.update(value for value in event.event.values() if isinstance(value, str))
    for record in sorted(records - named - {str(record) for record in books.apart}):
        yield Violation("R5", f"the vault of {service} has record {record}, which no event names")


def _records(event: Recorded[Json], rules: Rules) -> list[str]:
    named = (event.event.get(field) for field in rules.sealed.get(event.type, ()))
    return [str(record) for record in named if record]
