"""A call: one request of one principal for one action, and all that a route does with the log."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from uuid import UUID

from fastapi import Response
from uuid_utils.compat import uuid7

from events.commands import Cause, Gather, History, StreamType, execute, once
from events.contents import Contents
from events.decider import C, E, S
from events.history import facts
from events.occurrence import civil_day
from events.store import (
    AccessLine,
    AlreadyAnswered,
    Json,
    Metadata,
    Recorded,
    RequestKey,
    Sealed,
    WriteSet,
)
from events.store import Answer as Record
from kit import accesslog, idempotency, preconditions, problems
from kit.access import Principal, Scope, may, sees
from kit.asked import Asked
from kit.bodies import Body, Written
from kit.edge import Edge
from kit.moments import NOW, Moment
from kit.vocabularies import checked

POSITION_HEADER = "leidraad-position"


class Hidden(Exception):
    """The record does not exist, or is not for this principal; the answer is the same."""


class Unchecked(Exception):
    """A route does not say what it was told, and so lets any code through."""


class Foreign(Exception):
    """What is to be created would not be the principal's own."""


_OUTCOMES = {Hidden: accesslog.NOT_FOUND, Foreign: accesslog.FORBIDDEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Made by `reads`, `lists`, `adds` and `changes`, after they checked the role."""

    edge: Edge
    action: str
    principal: Principal
    now: datetime
    correlation_id: UUID
    traceparent: str | None
    request: Asked
    response: Response = field(repr=False)
    body: AsyncIterator[bytes] = field(repr=False)
    """Of a request that streams: what has not been read yet."""
    noted: list[str] = field(default_factory=list)
    """The outcomes that are in the access log by now."""

    def may(self, action: str) -> bool:
        """Whether the role allows another action too, on which the request's content depends."""
        return may(self.principal, action, self.edge.access)

    @property
    def today(self) -> date:
        return civil_day(self.now)

    async def execute(
        self,
        stream_type: StreamType[S, C, E],
        key: UUID,
        command: C | Gather[C],
        *,
        told: Body | None = None,
        stream: UUID | None = None,
        new: Scope | None = None,
        programme: tuple[str, int] | None = None,
        vault: Sequence[Sealed] = (),
        looks_at: Sequence[UUID] = (),
        location: str | None = None,
    ) -> Written:
        """Runs a command on a stream of a key, and gives the answer that every write gives.

        `told` is the body, needed where that has words of the programme, which are checked. `new`:
        whom a record concerns that this creates; without it a key without events is not found.
        `looks_at` is that of the Cause; `location` the resource's path, by default the stream's.
        """
        place = location or self._location(stream or key)
        cause = Cause(
            metadata=self.metadata(programme),
            permit=await self._permit(key, stream or key, new),
            beside=self._beside(place, key, vault),
            looks_at=looks_at,
        )
        made = self._checked(command, told, cause.metadata)
        try:
            done = await execute(self.edge.store, stream_type, key, made, cause, stream=stream)
        except AlreadyAnswered as repeated:
            return self._again(repeated.answer)
        except (Hidden, Foreign) as refused:
            raise await self._refused(_OUTCOMES[type(refused)], key) from None
        return self._answer(place, done.version, done.position)

    def _checked(self, command: C | Gather[C], told: Body | None, new: Metadata) -> C | Gather[C]:
        if told is not None:
            return checked(command, told, self.edge.vocabularies, new)
        if self.request.coded:
            raise Unchecked(self.request.path)
        return command

    async def require(self, scope: Scope, key: UUID) -> None:
        """For a path that says itself whom it concerns: forbidden, whatever is known of it."""
        if not sees(self.principal, scope):
            raise await self._refused(accesslog.FORBIDDEN, key)

    async def needed(self, key: UUID) -> History:
        """What a rule needs to know of another key: not shown to the caller, and so not noted."""
        return await self.edge.store.history(key)

    async def found(self, key: UUID) -> History:
        """All that is told of a key; nothing where the record is not for this principal."""
        if await self.edge.shuts_out(self.principal, key):
            return ()
        history = await self.edge.store.history(key)
        scope = self.edge.concerned(history, self.request.collection)
        return history if scope is not None and sees(self.principal, scope) else ()

    async def begins(self, key: UUID) -> bool:
        """Asked before anything is kept beside events: False of a request that was answered before.

        That one gets its first answer from `execute`, whatever has ended since. Raises what
        `execute` would where the record is not for this principal.
        """
        request = self._request(self.request.path)
        if request and await self.edge.store.answer(request[0]):
            return False
        if not await self.found(key):
            raise await self._refused(accesslog.NOT_FOUND, key)
        return True

    async def perform(
        self, key: UUID, do: Callable[[WriteSet], Awaitable[None]], location: str
    ) -> Written:
        """A write that no stream records; `do` writes what it is given with it, or neither."""
        beside = self._beside(location, key)
        try:
            await once(self.edge.store, beside, partial(do, beside))
        except AlreadyAnswered as repeated:
            return self._again(repeated.answer)
        except Hidden:
            raise await self._refused(accesslog.NOT_FOUND, key) from None
        return self._answer(location, 0, 0)

    async def take(self, key: UUID, contents: Contents, media_type: str) -> Written:
        """Keeps the body, which streams in, as a content of a key; the id is that of the content.

        The object comes first, its record with the answer: what dies between leaves an object
        that nothing knows of. A repeated request gets the first answer, and keeps nothing.
        """
        id_ = uuid7()
        location = f"{self.request.path}/{id_}"
        sealed: Sequence[Sealed] = ()
        if await self.begins(key):
            content, sealed = await contents.put(key, id_, self.body, media_type)
        else:
            content = await contents.measured(self.body, media_type)
        told = f"{content.sha256} {content.media_type}".encode()
        call = replace(self, request=replace(self.request, body=told))

        async def keep(beside: WriteSet) -> None:
            await self.edge.store.append(replace(beside, vault=sealed))

        return await call.perform(key, keep, location)

    async def read(
        self,
        key: UUID,
        at: Moment = NOW,
        *,
        stream: UUID | None = None,
        only: Callable[[History], list[Recorded[Json]]] | None = None,
    ) -> list[Recorded[Json]]:
        """The facts of a key as they were known, in the order of happening; the access log says so.

        The ETag is the version of `stream`, by default the key's own. `only` leaves those that this
        action may show: no header then tells of any other.
        """
        history = await self.found(key)
        known = facts(history, as_of=at.as_of, known_at=at.known_at)
        if only and known:
            known = only(known)
        if not known:
            raise await self._refused(accesslog.NOT_FOUND, key)
        await self.note(accesslog.ALLOWED, key)
        self.response.headers[POSITION_HEADER] = str(max(r.position for r in known))
        if not at.past and not only:
            self.response.headers["etag"] = preconditions.tag(
                preconditions.version(history, stream or key)
            )
        return known

    async def note(self, outcome: str, key: UUID | None = None) -> None:
        await accesslog.note(self.edge.store, self._line(outcome, key))
        self.noted.append(outcome)

    async def position(self, at: Moment, *, seen: int) -> int:
        """What `knownAt` means, as far as a view has seen the log; the answer says it too."""
        known = min(seen, await self.edge.store.position_at(at.known_at)) if at.past else seen
        self.response.headers[POSITION_HEADER] = str(known)
        return known

    def metadata(self, programme: tuple[str, int] | None = None) -> Metadata:
        name, version = programme or (None, None)
        return Metadata(
            actor=self.principal.subject,
            role=self.principal.role,
            correlation_id=self.correlation_id,
            traceparent=self.traceparent,
            programme=name,
            programme_version=version,
        )

    async def _refused(self, outcome: str, key: UUID) -> problems.Problem:
        await self.note(outcome, key)
        return problems.not_found() if outcome == accesslog.NOT_FOUND else problems.forbidden()

    async def _permit(
        self, key: UUID, stream: UUID, new: Scope | None
    ) -> Callable[[History], None]:
        shut_out = await self.edge.shuts_out(self.principal, key)

        def permit(history: History) -> None:
            found = self.edge.concerned(history, self.request.collection)
            scope = found if history else new
            if shut_out or scope is None or not sees(self.principal, scope):
                raise Hidden if history or new is None else Foreign
            if self.request.if_match:
                self.request.if_match.check(history, stream)

        return permit

    def _beside(self, place: str, key: UUID, vault: Sequence[Sealed] = ()) -> WriteSet:
        return WriteSet(
            request=self._request(place),
            access=[self._line(accesslog.ALLOWED, key)],
            vault=vault,
        )

    def _location(self, stream: UUID) -> str:
        """The path up to the id, or with the id behind it where the resource is new."""
        before, found, _ = self.request.path.partition(f"/{stream}")
        return before + found if found else f"{self.request.path}/{stream}"

    def _request(self, location: str) -> tuple[RequestKey, Record] | None:
        request = self.request
        if request.idempotency_key is None:
            return None
        route = f"{request.method} {request.path}"
        record = Record(
            status=request.status,
            location=location,
            version=0,
            position=0,
            body_hash=idempotency.body_hash(self.edge.body_key, request.body),
        )
        subject = self.principal.subject
        return RequestKey(subject=subject, route=route, key=request.idempotency_key), record

    def _again(self, record: Record) -> Written:
        body_hash = idempotency.body_hash(self.edge.body_key, self.request.body)
        if body_hash != record.body_hash:
            raise idempotency.reused()
        self.response.status_code = record.status
        return self._answer(record.location, record.version, record.position)

    def _answer(self, location: str, version: int, position: int) -> Written:
        self.noted.append(accesslog.ALLOWED)
        headers = self.response.headers
        headers["location"] = location
        headers["etag"] = preconditions.tag(version)
        headers[POSITION_HEADER] = str(position)
        return Written(id=UUID(location.rpartition("/")[2]), version=version, position=position)

    def _line(self, outcome: str, key: UUID | None) -> AccessLine:
        return accesslog.line(self.principal, self.action, self.request.path, outcome, key)
