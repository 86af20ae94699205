"""The one way to run a command: load, decide, append; once more on a conflict."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar, cast
from uuid import UUID, uuid5

from uuid_utils.compat import uuid7

from events.codec import Codec
from events.decider import C, Decider, E, S
from events.history import as_told
from events.store import (
    AlreadyAnswered,
    AlreadyDone,
    Answer,
    Draft,
    Json,
    Metadata,
    Recorded,
    RequestKey,
    Store,
    Unavailable,
    VersionConflict,
    Work,
    WriteSet,
)

T = TypeVar("T")
History = Sequence[Recorded[Json]]
Gather = Callable[[History], C]
"""Makes a command out of all streams of the key, where a rule needs more than its own stream."""


def no_work(_draft: Draft, _event: object) -> Sequence[Work]:
    return ()


def allow(_history: History) -> None:
    """Lets every command through: for reactions, which act for the service itself."""


@dataclass(frozen=True, slots=True)
class StreamType(Generic[S, C, E]):
    """A kind of stream: its rules, its codec, and the durable work that its events bring about."""

    name: str
    decider: Decider[S, C, E]
    codec: Codec[E]
    work: Callable[[Draft, E], Sequence[Work]] = no_work

    def beside(self, other: UUID, which: str | None = None) -> UUID:
        """The id of the stream that goes with another id; `which` where several do."""
        return uuid5(other, f"{self.name}:{which}" if which else self.name)

    def state(self, history: History, stream: UUID) -> S:
        """The state of one stream: of a history as deciders fold it, of facts as they happened."""
        own = (r for r in history if r.stream == stream and self.codec.reads(r.type))
        return self.decider.fold(self.codec.decode(r).event for r in own)

    def decided(self, known: History, stream: UUID) -> S:
        """The state of one stream as those who decided on it saw it, of facts in whatever order.

        For what stands until it is told otherwise: where nobody knows what came first, the last
        word counts, which in the order of happening may come first.
        """
        return self.state(as_told(known), stream)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """On whose behalf a command runs, what it is checked against, what is written with it.

    `looks_at`: streams that a gathered command looks at though they may not have begun.
    """

    metadata: Metadata
    permit: Callable[[History], None] = allow
    expected: int | None = None
    beside: WriteSet = field(default_factory=WriteSet)
    looks_at: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a command: the stream's version, and the position up to which to read."""

    version: int
    position: int


async def execute(
    store: Store,
    stream_type: StreamType[S, C, E],
    key: UUID,
    command: C | Gather[C],
    cause: Cause,
    *,
    stream: UUID | None = None,
    attempts: int = 5,
) -> Done:
    """Loads all streams of the key, decides on one (by default the key's own), appends.

    Where nothing was decided nothing goes into the vault either, since no event would name it.

    Tries again on a version conflict unless the caller named the version. Raises AlreadyAnswered
    for a repeated request, AlreadyDone for a repeated message, and whatever `permit`, the decider
    or the store raise.
    """

    async def decided() -> Done:
        left = attempts
        async with store.turn(key):
            while True:
                left -= 1
                try:
                    return await _attempt(store, stream_type, key, command, cause, stream or key)
                except VersionConflict:
                    if cause.expected is not None or not left:
                        raise

    return await once(store, cause.beside, decided)


async def once(store: Store, beside: WriteSet, do: Callable[[], Awaitable[T]]) -> T:
    """Does what was not done before: raises AlreadyAnswered or AlreadyDone of a repetition.

    What was done once may no longer be allowed, and may have been done while this one waited.
    """
    await _refuse_repetition(store, beside)
    try:
        return await do()
    except Unavailable:
        raise
    except Exception:
        await _refuse_repetition(store, beside)
        raise


async def _refuse_repetition(store: Store, beside: WriteSet) -> None:
    if beside.request and (answer := await store.answer(beside.request[0])):
        raise AlreadyAnswered(answer) from None
    if beside.message and await store.handled(beside.message):
        raise AlreadyDone from None


async def _attempt(
    store: Store,
    stream_type: StreamType[S, C, E],
    key: UUID,
    command: C | Gather[C],
    cause: Cause,
    stream: UUID,
) -> Done:
    history = await store.history(key)
    cause.permit(history)
    versions = {r.stream: r.version for r in history}
    version = versions.setdefault(stream, 0)
    if cause.expected not in (None, version):
        raise VersionConflict(stream)
    gathered = callable(command)
    begun_or_not = {**dict.fromkeys(cause.looks_at, 0), **versions}
    looked_at = begun_or_not if gathered else {stream: version}
    decided = cast("Gather[C]", command)(history) if gathered else cast("C", command)
    events = stream_type.decider.decide(decided, stream_type.state(history, stream))
    metadata = _inherit(cause.metadata, history)
    drafts = [_draft(stream_type, event, key, stream, metadata) for event in events]
    head = history[-1].position if history else 0
    write = replace(
        cause.beside,
        events=drafts,
        vault=cause.beside.vault if drafts else (),
        expected=looked_at,
        work=[*cause.beside.work, *_work(stream_type, drafts, events)],
        request=_answered(cause.beside, version + len(drafts), head),
    )
    appended = await store.append(write)
    return Done(version + len(drafts), appended.position if drafts else head)


def _draft(
    stream_type: StreamType[Any, Any, E], event: E, key: UUID, stream: UUID, metadata: Metadata
) -> Draft:
    name, data = stream_type.codec.encode(event)
    return Draft(
        id=uuid7(),
        key=key,
        stream=stream,
        type=name,
        event=data,
        occurred=event.occurred,  # type: ignore[attr-defined]
        corrects=getattr(event, "corrects", None),
        metadata=metadata,
    )


def _inherit(metadata: Metadata, history: History) -> Metadata:
    """What follows in a case runs under the programme under which the case began."""
    if metadata.programme or not history:
        return metadata
    first = history[0].metadata
    return replace(metadata, programme=first.programme, programme_version=first.programme_version)


def _work(
    stream_type: StreamType[Any, Any, E], drafts: Sequence[Draft], events: Sequence[E]
) -> list[Work]:
    pairs = zip(drafts, events, strict=True)
    return [work for draft, event in pairs for work in stream_type.work(draft, event)]


def _answered(beside: WriteSet, version: int, position: int) -> tuple[RequestKey, Answer] | None:
    if beside.request is None:
        return None
    key, answer = beside.request
    return key, replace(answer, version=version, position=position)
