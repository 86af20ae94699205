"""R1, R2 and R3 as clients see them: what was answered stands, once, on the version decided on."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from uuid import UUID

from checker.evidence import Books, Exchange, Refusal, Success, Violation
from checker.log import version_at
from checker.rules import Rules
from events.store import Answer, Json, Recorded

OTHER_BODY = Refusal(422, "idempotency-key-reused")


def answers(
    service: str, books: Books, rules: Rules, exchanges: Sequence[Exchange]
) -> Iterator[Violation]:
    effects = _effects(books.log, rules)
    for tries in _requests(service, exchanges):
        yield from _same(tries)
        yield from _kept(tries, books)
        effect = effects.get(tries[0].correlation_id, [])
        yield from _once(tries[0], effect, books)
        yield from _on_its_version(tries, effect)
        yield from _with_its_event(tries, effect, books)


def records(service: str, books: Books) -> Iterator[Violation]:
    """R3: a record's version is that of the event at its position, or of another stream then."""
    for key, answer in books.answers.items():
        if not 0 <= answer.position <= len(books.log):
            sentence = f"{service} answered {_named(key)} with position {answer.position}"
            yield Violation("R5", f"{sentence}, and its log ends at {len(books.log)}")
        elif answer.position and not _fits(books, answer):
            event = books.log[answer.position - 1]
            sentence = (
                f"{service} answered {_named(key)} with version {answer.version} at position"
                f" {answer.position}, where event {event.id} has version {event.version}"
            )
            yield Violation("R3", sentence)


def _fits(books: Books, answer: Answer) -> bool:
    event = books.log[answer.position - 1]
    if answer.version in (0, event.version):
        return True
    streams = {other.stream for other in books.by_key[event.key]} - {event.stream}
    return answer.version in {version_at(books, stream, answer.position) for stream in streams}


def _requests(service: str, exchanges: Sequence[Exchange]) -> Iterator[list[Exchange]]:
    """The tries of each request, in the order in which they were made."""
    tries = defaultdict[object, list[Exchange]](list)
    for exchange in exchanges:
        if exchange.service == service:
            tries[exchange.request].append(exchange)
    yield from tries.values()


def _effects(
    log: Sequence[Recorded[Json]], rules: Rules
) -> Mapping[UUID, Sequence[Recorded[Json]]]:
    """What requests brought about by themselves, not by later work, by correlation id."""
    later = {type_ for types in rules.ends.values() for type_ in types}
    effects = defaultdict[UUID, list[Recorded[Json]]](list)
    for event in log:
        if event.metadata.causation_id is None and event.type not in later:
            effects[event.metadata.correlation_id].append(event)
    return effects


def _same(tries: Sequence[Exchange]) -> Iterator[Violation]:
    told = list(dict.fromkeys(t.told for t in tries if isinstance(t.told, Success)))
    if len(told) > 1:
        sentence = f"request {_named(tries[0].request)} of {tries[0].service} was answered"
        yield Violation("R2", f"{sentence} with {told[0]} and with {told[1]}")
    done = next((n for n, t in enumerate(tries) if isinstance(t.told, Success)), len(tries))
    for later in tries[done + 1 :]:
        if isinstance(later.told, Refusal) and _refuses(tries[done], later):
            sentence = f"request {_named(later.request)} of {later.service} was answered"
            yield Violation("R2", f"{sentence} with {told[0]}, and then refused: {later.told}")


def _refuses(done: Exchange, later: Exchange) -> bool:
    """Whether the later try began when the first was answered; with another body it is another."""
    if later.told == OTHER_BODY:
        return False
    return done.ended is None or later.began is None or later.began > done.ended


def _kept(tries: Sequence[Exchange], books: Books) -> Iterator[Violation]:
    """R1 and R2: the log and the record say what the client was told."""
    for told in dict.fromkeys(t.told for t in tries if isinstance(t.told, Success)):
        name = f"request {_named(tries[0].request)} of {tries[0].service}"
        stream = next((t.stream for t in tries if t.stream), None)
        at = version_at(books, stream, told.position) if stream else told.version
        if told.position > len(books.log) or at < told.version:
            sentence = f"{name} was answered with version {told.version} at position"
            yield Violation("R1", f"{sentence} {told.position}, which the log does not have")
        elif at > told.version:
            sentence = f"{name} was answered with version {told.version} at position"
            yield Violation("R3", f"{sentence} {told.position}, where stream {stream} had {at}")
        record = books.answers.get(tries[0].request)
        if record is None:
            yield Violation("R2", f"{name} was answered, and no record of it is kept")
        elif told != Success(record.status, record.location, record.version, record.position):
            yield Violation("R2", f"{name} was answered with {told}, and kept is {record}")


def _once(
    exchange: Exchange, effect: Sequence[Recorded[Json]], books: Books
) -> Iterator[Violation]:
    """R2: one write set at most; each leaves a line in the access log, events side by side."""
    name = f"request {_named(exchange.request)} of {exchange.service}"
    lines = books.carried_out.get((exchange.request.subject, exchange.correlation_id), 0)
    if lines > 1:
        yield Violation("R2", f"{name} was carried out {lines} times, by its access log")
    apart = [b for a, b in pairwise(effect) if b.position != a.position + 1]
    if apart:
        ids = f"{effect[0].id} and {apart[0].id}"
        yield Violation("R2", f"{name} has more than one effect: events {ids} are apart")
    if (effect or lines) and exchange.request not in books.answers:
        yield Violation("R5", f"{name} was carried out, and no record of it is kept")
    if (effect or exchange.request in books.answers) and not lines:
        yield Violation("R5", f"{name} was carried out, and the access log does not say so")


def _on_its_version(
    tries: Sequence[Exchange], effect: Sequence[Recorded[Json]]
) -> Iterator[Violation]:
    """R3: who named a version decided on it; who was refused at every try changed nothing."""
    first = tries[0]
    own = [event for event in effect if first.stream in (None, event.stream)]
    if first.expected is not None and own and own[0].version != first.expected + 1:
        sentence = f"request {_named(first.request)} of {first.service} named version"
        stored = f"{first.expected}, and event {own[0].id} has version {own[0].version}"
        yield Violation("R3", f"{sentence} {stored}")
    if effect and all(isinstance(t.told, Refusal) for t in tries):
        sentence = f"request {_named(first.request)} of {first.service} was refused"
        yield Violation("R5", f"{sentence}, and event {effect[0].id} is in the log")


def _with_its_event(
    tries: Sequence[Exchange], effect: Sequence[Recorded[Json]], books: Books
) -> Iterator[Violation]:
    """R5: a record is that of an event of the request, or of nothing to do in what it is about."""
    answer = books.answers.get(tries[0].request)
    if answer is None or effect or not 0 < answer.position <= len(books.log):
        return
    event = books.log[answer.position - 1]
    stream = next((t.stream for t in tries if t.stream), event.stream)
    if stream not in {other.stream for other in books.by_key[event.key]}:
        sentence = f"request {_named(tries[0].request)} of {tries[0].service} is recorded at"
        yield Violation("R5", f"{sentence} event {event.id}, which is not its own")


def _named(key: object) -> str:
    return str(getattr(key, "key", key))
