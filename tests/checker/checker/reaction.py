"""R7 in one stream: each effect is what its message asks for in the state that it came to."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from checker.evidence import Books, Violation
from events.consumer import Ask, Reaction
from events.decider import Rejected
from events.store import Json, Recorded


@dataclass(frozen=True, slots=True)
class Asked:
    """What a message asks for, if anything, and the inbox row that says that it was done."""

    row: str
    message: Recorded[Any]
    ask: Ask | None


def asked(group: str, message: Recorded[Any], reaction: Reaction) -> Iterator[Asked]:
    asks = reaction(message)
    for number, ask in enumerate(asks):
        yield Asked(f"{group}/{number}" if number else group, message, ask)
    if not asks:
        yield Asked(group, message, None)


def in_stream(
    service: str, stream: UUID, asks: Sequence[Asked], books: Books, left_out: Collection[UUID]
) -> Iterator[Violation]:
    """Walks a stream; messages of one source come to it in their order, those of others between.

    What was left out once may have its effect at any later time.
    """
    reached: dict[str, int] = {}
    history = books.by_key.get(asks[0].message.key, ())
    effects = _effects(stream, books)
    for ask in asks:
        if (ask.row, ask.message.id) not in books.inbox:
            continue
        late = ask.message.id in left_out
        since = 0 if late else reached.get(ask.message.source, 0)
        caused = effects.get(ask.message.id, ())
        ends, violation = _placed(service, stream, ask, history, caused, since)
        if not late:
            reached[ask.message.source] = max(since, ends)
        if violation:
            yield violation


def _effects(stream: UUID, books: Books) -> Mapping[UUID | None, Sequence[Recorded[Json]]]:
    """What is in a stream, by the message that caused it."""
    caused = defaultdict[UUID | None, list[Recorded[Json]]](list)
    for event in books.by_stream.get(stream, ()):
        caused[event.metadata.causation_id].append(event)
    return caused


def _placed(
    service: str,
    stream: UUID,
    asked: Asked,
    history: Sequence[Recorded[Json]],
    caused: Sequence[Recorded[Json]],
    since: int,
) -> tuple[int, Violation | None]:
    """Up to where the stream is explained now, and what is wrong with this message's effect."""
    message = asked.message
    if not caused:
        return _nothing(service, stream, asked, history, since)
    expected = _decided(asked, stream, [e for e in history if e.position < caused[0].position])
    effect, later = caused[: len(expected)], caused[len(expected) :]
    name = f"message {message.id} of {message.source}"
    if [(e.type, e.event) for e in effect] != expected or not expected:
        sentence = f"event {caused[0].id} of {service} is not what {name} asks for there"
        return effect[-1].position if effect else since, Violation("R7", sentence)
    types = {event.type for event in effect}
    for event in later:
        if event.type in types:
            sentence = f"{name} had its effect on {service} twice: {effect[0].id} and {event.id}"
            return event.position, Violation("R7", sentence)
    if effect[0].position <= since:
        sentence = f"{name} had its effect {effect[0].id} on {service} before one that it follows"
        return since, Violation("R7", sentence)
    return effect[-1].position, None


def _nothing(
    service: str, stream: UUID, asked: Asked, history: Sequence[Recorded[Json]], since: int
) -> tuple[int, Violation | None]:
    """Without an effect there must have been a state in which it asked for none."""
    own = [event for event in history if event.stream == stream]
    moments = [since, *(event.position for event in own if event.position > since)]
    for moment in moments:
        before = [event for event in history if event.position <= moment]
        if not _decided(asked, stream, before):
            return moment, None
    message = asked.message
    sentence = f"{service} handled message {message.id} of {message.source} and its effect on"
    return since, Violation("R7", f"{sentence} stream {stream} is missing")


def _decided(
    asked: Asked, stream: UUID, history: Sequence[Recorded[Json]]
) -> list[tuple[str, Json]]:
    ask = asked.ask
    if ask is None:
        return []
    command = ask.command(history) if callable(ask.command) else ask.command
    state = ask.stream_type.state(history, stream)
    try:
        events = ask.stream_type.decider.decide(command, state)
    except Rejected:
        return []
    return [ask.stream_type.codec.encode(event) for event in events]
