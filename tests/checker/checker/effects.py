"""R7: what a consumer stored is what one delivery of each message, in order, would have made."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from uuid import UUID

from checker.delivery import Sent, as_message
from checker.evidence import Books, Evidence, Violation
from checker.reaction import Asked, asked, in_stream
from checker.rules import Follower, Keeper, Rules
from events.relay import relay_group
from events.store import Json, Recorded

Published = Mapping[str, Sent]
AS_SENT = ("type", "event", "key", "stream", "occurred", "corrects", "metadata")


def consumed(
    service: str, evidence: Evidence, rules: Rules, published: Published, *, settled: bool
) -> list[Violation]:
    books = evidence.books[service]
    found, asked_in = list[Violation](), set[UUID]()
    for follower in rules.follows:
        asks = [ask for source in follower.sources for ask in _asks(follower, published[source])]
        left_out = _left_out(follower.group, follower.sources, evidence)
        found += _inbox(service, follower.group, asks, left_out, evidence, settled=settled)
        streams = _by_stream(asks)
        asked_in |= streams.keys()
        for stream, own in streams.items():
            found += in_stream(service, stream, own, books, left_out)
    if rules.follows:
        found += _unasked(service, books, asked_in, evidence)
    if rules.keeps:
        for source in rules.keeps.sources:
            sent = published[source]
            found += _kept(service, rules.keeps, source, evidence, sent, settled=settled)
    return found


def _asks(follower: Follower, published: Sent) -> Iterator[Asked]:
    """What the messages of a source ask for, in the order of its log."""
    for sent in published.values():
        message = follower.read(as_message(sent))
        reaction = follower.reactions.get(message.type) if message else None
        if message and reaction:
            yield from asked(follower.group, message, reaction)


def _unasked(
    service: str, books: Books, asked_in: Collection[UUID], evidence: Evidence
) -> Iterator[Violation]:
    """What follows from a message is in a stream that some message asks something of."""
    for event in books.log:
        caused = event.metadata.causation_id
        if caused and event.stream not in asked_in and str(caused) not in evidence.foreign:
            sentence = f"event {event.id} of {service} follows from message {caused}, and nothing"
            yield Violation("R7", f"{sentence} asks for an effect on its stream {event.stream}")


def _left_out(group: str, sources: Sequence[str], evidence: Evidence) -> Collection[UUID]:
    """What an operator left out, here or before it was sent: it may come later, or never."""
    groups = {group, *map(relay_group, sources)}
    return {id_ for who, id_ in evidence.skipped if who in groups}


def _by_stream(asks: Sequence[Asked]) -> Mapping[UUID, Sequence[Asked]]:
    streams = defaultdict[UUID, list[Asked]](list)
    for ask in asks:
        if ask.ask:
            streams[ask.ask.stream].append(ask)
    return streams


def _inbox(
    service: str,
    group: str,
    asks: Sequence[Asked],
    left_out: Collection[UUID],
    evidence: Evidence,
    *,
    settled: bool,
) -> Iterator[Violation]:
    """What was handled is a beginning of what came, per key; in the end it is all of it."""
    inbox = evidence.books[service].inbox
    due = {(ask.row, ask.message.id) for ask in asks}
    for row, id_ in inbox:
        own = row.partition("/")[0] == group and str(id_) not in evidence.foreign
        if own and (row, id_) not in due:
            yield Violation("R7", f"{service} handled message {id_}, which asks nothing of it")
    open_keys: dict[tuple[str, UUID], UUID] = {}
    for ask in asks:
        message = ask.message
        lane, place = (message.source, message.key), (ask.row, message.id)
        if message.id in left_out:
            continue
        if place not in inbox:
            open_keys.setdefault(lane, message.id)
        elif lane in open_keys and open_keys[lane] != message.id:
            sentence = f"{service} handled message {message.id} before message {open_keys[lane]}"
            yield Violation("R7", f"{sentence} of the same key, which it follows")
    for (source, key), id_ in open_keys.items() if settled else ():
        if (group, key) not in evidence.parked and not _waits(source, key, evidence):
            yield Violation("R7", f"{service} never handled message {id_} of {source}")


def _waits(source: str, key: UUID, evidence: Evidence) -> bool:
    return (relay_group(source), key) in evidence.parked


def _kept(
    service: str, keeper: Keeper, source: str, evidence: Evidence, sent: Sent, *, settled: bool
) -> Iterator[Violation]:
    """Every message once, as it was sent, in the order of its key."""
    own = {e.id: e for e in evidence.books[service].log if e.event["source"] == source}
    left_out = _left_out(keeper.group, [source], evidence)
    last: dict[UUID, int] = {}
    open_keys: dict[UUID, UUID] = {}
    for message in map(keeper.read, map(as_message, sent.values())):
        kept = own.pop(message.id, None)
        if kept and not _as_sent(kept, message, keeper):
            yield Violation("R7", f"{service} keeps message {message.id} not as it was sent")
        if (kept is not None) != ((keeper.group, message.id) in evidence.books[service].inbox):
            sentence = f"{service} has only one of message {message.id} of {source} and its inbox"
            yield Violation("R5", f"{sentence} row")
        if message.id in left_out:
            continue
        if kept is None:
            open_keys.setdefault(message.key, message.id)
            continue
        if message.key in open_keys or kept.position < last.get(message.key, 0):
            yield Violation("R7", f"{service} kept message {message.id} of {source} out of order")
        last[message.key] = kept.position
    for id_ in own:
        if str(id_) not in evidence.foreign:
            yield Violation("R7", f"{service} keeps message {id_}, which {source} never sent")
    for key, id_ in open_keys.items() if settled else ():
        if (keeper.group, key) not in evidence.parked and not _waits(source, key, evidence):
            yield Violation("R7", f"{service} never kept message {id_} of {source}")


def _as_sent(kept: Recorded[Json], message: Recorded[Json], keeper: Keeper) -> bool:
    [draft] = keeper.kept(message).events
    return all(getattr(kept, name) == getattr(draft, name) for name in AS_SENT)
