"""What the server makes of a call of the appender: append_v1 over a log in memory."""

from collections.abc import Iterator, Sequence
from copy import copy
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import orjson

from events.batch import Refusal
from events.encoding import metadata_from
from events.memory import MemoryStore
from events.occurrence import Occurred, Precision
from events.store import (
    AccessLine,
    AlreadyAnswered,
    AlreadyDone,
    Answer,
    Draft,
    Erased,
    RequestKey,
    Sealed,
    Unwritable,
    VersionConflict,
    Work,
    WriteSet,
)

Row = tuple[Any, ...]
Result = tuple[list[int], list[UUID | None], int, Any]


class Call(NamedTuple):
    """The arguments of append_v1."""

    size: int
    requests: Sequence[Row]
    messages: Sequence[Row]
    finished: Sequence[Row]
    streams: Sequence[UUID]
    totals: Sequence[int]
    members: Sequence[int]
    numbers: Sequence[int]
    expected: Sequence[int]
    counts: Sequence[int]
    sealed: Sequence[Row]
    drafts: Sequence[Row]
    access: Sequence[Row]
    work: Sequence[Row]


def append_v1(store: MemoryStore, call: Call) -> Result:
    """Each member as a whole or not at all; what cannot be stored undoes the call with all of it.

    The clock of the store stands still meanwhile, or times are not what the appender works out.
    """
    before = {name: copy(value) for name, value in vars(store).items() if _holds(value)}
    codes: list[int] = []
    subjects: list[UUID | None] = []
    try:
        for write in _sets(call):
            code, subject = _outcome(store, write)
            codes.append(code)
            subjects.append(subject)
    except Unwritable as bad:
        vars(store).update(before)
        raise asyncpg.IntegrityConstraintViolationError(str(bad)) from bad
    head = store._head()
    return codes, subjects, head.position, head.recorded_at


def _holds(value: object) -> bool:
    return isinstance(value, dict | list | set)


def _outcome(store: MemoryStore, write: WriteSet) -> tuple[int, UUID | None]:
    try:
        store.take(write)
    except AlreadyAnswered:
        return Refusal.ANSWERED, None
    except AlreadyDone:
        return (Refusal.DONE if write.done else Refusal.HANDLED), None
    except VersionConflict as conflict:
        return Refusal.MOVED, conflict.stream
    except Erased as erased:
        return Refusal.ERASED, erased.person
    return 0, None


def _sets(call: Call) -> Iterator[WriteSet]:
    """The members as they were before they became rows."""
    requests = {member: _request(row) for member, *row in call.requests}
    messages = {member: (consumer, message) for member, consumer, message in call.messages}
    stream_of = [call.streams[number - 1] for number in call.numbers]
    for member in range(1, call.size + 1):
        places = [place for place, of in enumerate(call.members) if of == member]
        own = {place + 1 for place in places}
        yield WriteSet(
            events=[_draft(stream_of[row[0] - 1], row) for row in call.drafts if row[0] in own],
            expected={stream_of[place]: call.expected[place] for place in places},
            request=requests.get(member),
            message=messages.get(member),
            access=[AccessLine(**_named(AccessLine, row)) for row in _of(member, call.access)],
            vault=[Sealed(**_named(Sealed, row)) for row in _of(member, call.sealed)],
            work=[_work(row) for row in _of(member, call.work)],
            done=[work for (work,) in _of(member, call.finished)],
        )


def _of(member: int, rows: Sequence[Row]) -> Iterator[Sequence[Any]]:
    return (row[1:] for row in rows if row[0] == member)


def _named(of: type[Any], row: Sequence[Any]) -> dict[str, Any]:
    """The columns stand in the order of the fields."""
    return dict(zip(of.__dataclass_fields__, row, strict=True))


def _request(row: Sequence[Any]) -> tuple[RequestKey, Answer]:
    subject, route, key, *answer, _event = row
    return RequestKey(subject=subject, route=route, key=key), Answer(**_named(Answer, answer))


def _draft(stream: UUID, row: Row) -> Draft:
    _, _, _, id_, key, type_, event, at, precision, corrects, metadata = row
    return Draft(
        id=id_,
        key=key,
        stream=stream,
        type=type_,
        event=orjson.loads(event),
        occurred=Occurred(at, Precision(precision)),
        metadata=metadata_from(orjson.loads(metadata)),
        corrects=corrects,
    )


def _work(row: Sequence[Any]) -> Work:
    id_, kind, key, data, metadata, due_at = row
    return Work(
        id=id_,
        kind=kind,
        key=key,
        data=orjson.loads(data),
        due_at=due_at,
        metadata=metadata_from(orjson.loads(metadata)),
    )
