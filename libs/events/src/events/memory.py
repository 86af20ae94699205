"""The in-memory twin of the PostgreSQL store: the same answers, for tests without a server."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson

from events.encoding import to_json
from events.store import (
    ANY,
    FINGERPRINT,
    AccessLine,
    AlreadyAnswered,
    AlreadyDone,
    Answer,
    Appended,
    DataKey,
    Draft,
    Erased,
    Json,
    Recorded,
    RequestKey,
    Sealed,
    Unwritable,
    VersionConflict,
    Work,
    WriteSet,
)
from events.waking import Bell, Turns

EMPTY = Appended(0, datetime.fromtimestamp(0, UTC))
LONGEST_KEY = 2600
"""In bytes: what an index of PostgreSQL holds of texts that cannot be compressed."""
_TICK = timedelta(microseconds=1)


class MemoryStore:
    """One log in memory; tests look into its fields."""

    def __init__(
        self, source: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.source = source
        self.log: list[Recorded[Json]] = []
        self.answers: dict[RequestKey, Answer] = {}
        self.messages: set[tuple[str, UUID]] = set()
        self.access: list[AccessLine] = []
        self.keys: dict[UUID, DataKey] = {}
        self.vault: dict[tuple[UUID, UUID, str], Sealed] = {}
        self.erased: set[UUID] = set()
        self.work: dict[UUID, Work] = {}
        self.work_since: dict[UUID, datetime] = {}
        self.clock = clock
        self._versions: Counter[UUID] = Counter()
        self._ids: dict[UUID, Recorded[Json]] = {}
        self._bell = Bell()
        self._turns = Turns()

    async def append(self, write: WriteSet) -> Appended:
        try:
            return self.take(write)
        except (AlreadyAnswered, VersionConflict, Unwritable):
            stored = await self.stored(write.events[-1].id) if write.events else None
            if stored is None:
                raise
            return stored

    def take(self, write: WriteSet) -> Appended:
        """As `append`, but nothing that is stored already is a success."""
        _check_writable(write)
        self._check(write)
        self._check_ids(write.events)
        if any(item.id in self.work for item in write.work):
            raise Unwritable("a work item is stored already")
        return self._write(write)

    async def stored(self, event: UUID) -> Appended | None:
        found = self._ids.get(event)
        return Appended(found.position, found.recorded_at) if found else None

    async def history(self, key: UUID) -> list[Recorded[Json]]:
        return [r for r in self.log if r.key == key]

    async def after(self, position: int, limit: int) -> list[Recorded[Json]]:
        return self.log[position : position + limit]

    async def head(self) -> Appended:
        return self._head()

    async def position_at(self, known_at: datetime) -> int:
        return sum(1 for r in self.log if r.recorded_at <= known_at)

    async def answer(self, request: RequestKey) -> Answer | None:
        return self.answers.get(request)

    async def handled(self, message: tuple[str, UUID]) -> bool:
        return message in self.messages

    async def data_key(self, person: UUID) -> DataKey | None:
        if person in self.erased:
            raise Erased(person)
        return self.keys.get(person)

    async def keep_key(self, person: UUID, key: DataKey) -> DataKey:
        return await self.data_key(person) or self.keys.setdefault(person, key)

    async def sealed(self, person: UUID, record: UUID | None = None) -> list[Sealed]:
        if person in self.erased:
            raise Erased(person)
        return [s for s in self.vault.values() if s.person == person and record in (None, s.record)]

    async def alike(self, person: UUID) -> list[UUID]:
        own = {(s.record, s.field) for s in self.vault.values() if s.person == person}
        shared = {
            s.person
            for s in self.vault.values()
            if s.field == FINGERPRINT and (s.record, s.field) in own and s.person != person
        }
        return sorted(shared, reverse=True)[:50]

    async def erase(self, person: UUID) -> None:
        self.erased.add(person)
        self.keys.pop(person, None)
        self.vault = {place: s for place, s in self.vault.items() if s.person != person}

    def turn(self, key: UUID) -> AbstractAsyncContextManager[None]:
        return self._turns.turn(key)

    def appended(self) -> AsyncIterator[None]:
        return self._bell.rings()

    def _check(self, write: WriteSet) -> None:
        if write.request and (answer := self.answers.get(write.request[0])):
            raise AlreadyAnswered(answer)
        if write.message in self.messages or any(d not in self.work for d in write.done):
            raise AlreadyDone
        for stream, expected in write.expected.items():
            if expected not in (ANY, self._versions[stream]):
                raise VersionConflict(stream)
        keys: dict[UUID, DataKey] = {}
        for sealed in write.vault:
            if sealed.person in self.erased:
                raise Erased(sealed.person)
            key = keys.setdefault(sealed.person, self.keys.get(sealed.person, _key(sealed)))
            if key != _key(sealed):
                raise VersionConflict(sealed.person)

    def _check_ids(self, events: Iterable[Draft]) -> None:
        ids: set[UUID] = set()
        for draft in events:
            if draft.id in self._ids or draft.id in ids:
                raise Unwritable(f"event {draft.id} is stored already")
            ids.add(draft.id)

    def _write(self, write: WriteSet) -> Appended:
        for draft in write.events:
            self._record(draft)
        if write.request:
            key, answer = write.request
            self.answers[key] = _placed(answer, self._head().position if write.events else None)
        if write.message:
            self.messages.add(write.message)
        self.access.extend(write.access)
        for sealed in write.vault:
            self.keys.setdefault(sealed.person, _key(sealed))
            self.vault[sealed.person, sealed.record, sealed.field] = sealed
        self.work.update({w.id: w for w in write.work})
        self.work_since.update({w.id: self.clock() for w in write.work})
        for done in write.done:
            del self.work[done], self.work_since[done]
        self._bell.ring()
        return self._head()

    def _record(self, draft: Draft) -> None:
        head = self._head()
        self._versions[draft.stream] += 1
        recorded = Recorded(
            source=self.source,
            position=head.position + 1,
            id=draft.id,
            key=draft.key,
            stream=draft.stream,
            version=self._versions[draft.stream],
            type=draft.type,
            event=orjson.loads(to_json(draft.event)),
            occurred=draft.occurred,
            recorded_at=max(self.clock(), head.recorded_at + _TICK),
            metadata=draft.metadata,
            corrects=draft.corrects,
        )
        self.log.append(recorded)
        self._ids[draft.id] = recorded

    def _head(self) -> Appended:
        return Appended(self.log[-1].position, self.log[-1].recorded_at) if self.log else EMPTY


def _check_writable(write: WriteSet) -> None:
    to_json([write.events, write.request, write.message, write.access, write.vault, write.work])
    for draft in write.events:
        if draft.stream not in write.expected:
            raise Unwritable(f"no version is expected of stream {draft.stream}")
    if write.request and _bytes(write.request[0]) > LONGEST_KEY:
        raise Unwritable("the key of the request is too long")


def _bytes(key: RequestKey) -> int:
    return sum(len(part.encode()) for part in (key.subject, key.route, key.key))


def _key(sealed: Sealed) -> DataKey:
    return DataKey(sealed.key_id, sealed.wrapped_key)


def _placed(answer: Answer, position: int | None) -> Answer:
    return answer if position is None else replace(answer, position=position)
