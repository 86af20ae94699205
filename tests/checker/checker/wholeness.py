"""R5: all parts of a write set are there, or none."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from checker.evidence import Books, Violation
from checker.rules import Rules
from events.store import Json, Recorded, Work


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
    """What an event asks for waits as it was asked for or has ended, once, and not both."""
    asking = list(_asked(books, rules))
    yield from _done(service, books, rules, Counter(event.key for _, event in asking))
    asked = {item.id: item for item, _ in asking}
    waiting = {item.id: item for item in books.work}
    for id_, item in sorted(waiting.items()):
        if id_ not in asked:
            yield Violation("R5", f"work {id_} of {service} waits, and no event asks for it")
        elif item != replace(asked[id_], due_at=asked[id_].due_at or item.due_at):
            sentence = f"work {id_} of {service} waits otherwise than its event asks for it"
            yield Violation("R5", f"{sentence}: {asked[id_]}")
    last = {(event.stream, event.type): event.position for event in books.log}
    times = Counter(_what(item) for item, _ in asking)
    for item, event in asking:
        alone = times[_what(item)] == 1  # else the end may be another's
        ends = rules.ends[event.type]
        if not ends:
            continue
        over = {end for end in ends if last.get((event.stream, end), 0) > event.position}
        sentence = f"what event {event.id} ({event.type}) of {service} asks for"
        if not over and event.id not in waiting:
            yield Violation("R5", f"{sentence} neither waits nor has ended")
        if alone and over & set(rules.done) and event.id in waiting:
            yield Violation("R5", f"{sentence} has ended, and waits all the same")


def _what(item: Work) -> tuple[object, ...]:
    return item.kind, item.key, str(item.data)


def _done(service: str, books: Books, rules: Rules, asked: Counter[UUID]) -> Iterator[Violation]:
    """R7: what is done outside the database is told once for each event that asks for it."""
    told = Counter(event.key for event in books.log if event.type in rules.done)
    for key, times in told.items():
        if times > asked[key]:
            sentence = f"of {service}'s work on key {key} {times} ends are told, and asked for was"
            yield Violation("R7", f"{sentence} {asked[key]} times")


def _asked(books: Books, rules: Rules) -> Iterator[tuple[Work, Recorded[Json]]]:
    for event in books.log:
        if event.type in rules.ends:
            yield from ((item, event) for item in rules.work(event))


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
