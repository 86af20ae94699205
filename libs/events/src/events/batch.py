"""Many write sets as the arguments of one server call, and its answer as their outcomes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from events.encoding import metadata_json, to_json
from events.store import Answer, Appended, Draft, RequestKey, Unwritable, WriteSet

SQL = "select * from append_v1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"


class Refusal(IntEnum):
    """Why the server did not write a set; the numbers are those of append_v1."""

    ANSWERED = 1
    HANDLED = 2
    DONE = 3
    MOVED = 4
    ERASED = 5


class Refused(NamedTuple):
    """A set that was not written, with the stream that moved or the person who was erased."""

    why: Refusal
    subject: UUID | None


class Prepared(NamedTuple):
    """A write set with its events as rows, and how many go to each of the streams expected."""

    write: WriteSet
    drafts: list[tuple[Any, ...]]
    counts: list[int]


def prepare(write: WriteSet) -> Prepared:
    """Encodes the events; raises Unwritable."""
    numbers = {stream: number for number, stream in enumerate(write.expected)}
    counts = [0] * len(numbers)
    drafts = []
    known, metadata = None, ""
    for ordinal, draft in enumerate(write.events, 1):
        number = numbers.get(draft.stream)
        if number is None:
            raise Unwritable(f"no version is expected of stream {draft.stream}")
        counts[number] += 1
        if draft.metadata is not known:
            known, metadata = draft.metadata, metadata_json(draft.metadata)
        occurred = draft.occurred
        row = (
            number,
            ordinal,
            counts[number],
            draft.id,
            draft.key,
            draft.type,
            to_json(draft.event),
            occurred.at,
            occurred.precision,
            draft.corrects,
            metadata,
        )
        drafts.append(row)
    return Prepared(write, drafts, counts)


@dataclass(slots=True)
class _Streams:
    """The distinct streams of a batch, and what its members expect of them."""

    numbers: dict[UUID, int]
    totals: list[int]
    members: list[int]
    of: list[int]
    expected: list[int]
    counts: list[int]

    def add(self, member: int, prepared: Prepared) -> None:
        for (stream, expected), count in zip(
            prepared.write.expected.items(), prepared.counts, strict=True
        ):
            number = self.numbers.setdefault(stream, len(self.numbers) + 1)
            if number > len(self.totals):
                self.totals.append(0)
            self.totals[number - 1] += count
            self.members.append(member)
            self.of.append(number)
            self.expected.append(expected)
            self.counts.append(count)


def arguments(batch: Sequence[Prepared]) -> tuple[Any, ...]:
    """The arguments of append_v1; members, streams and expectations count from 1."""
    streams = _Streams({}, [], [], [], [], [])
    drafts: list[tuple[Any, ...]] = []
    for member, prepared in enumerate(batch, 1):
        first = len(streams.members) + 1
        streams.add(member, prepared)
        drafts.extend((first + row[0], *row[1:]) for row in prepared.drafts)
    writes = [(member, prepared.write) for member, prepared in enumerate(batch, 1)]
    return (
        len(batch),
        [_request(m, *w.request, w.events) for m, w in writes if w.request],
        [(m, *w.message) for m, w in writes if w.message],
        [(m, work) for m, w in writes for work in w.done],
        list(streams.numbers),
        streams.totals,
        streams.members,
        streams.of,
        streams.expected,
        streams.counts,
        [row for m, w in writes if w.vault for row in _vault(m, w)],
        drafts,
        [row for m, w in writes if w.access for row in _access(m, w)],
        [row for m, w in writes if w.work for row in _work(m, w)],
    )


def outcomes(batch: Sequence[Prepared], row: asyncpg.Record) -> list[Appended | Refused]:
    """Those who wrote no event stand where the log stood after the batch."""
    codes, subjects, position, recorded_at = row
    left = sum(len(p.drafts) for p, code in zip(batch, codes, strict=True) if not code)
    end = Appended(position, recorded_at)
    results: list[Appended | Refused] = []
    for prepared, code, subject in zip(batch, codes, subjects, strict=True):
        if code:
            results.append(Refused(Refusal(code), subject and UUID(int=subject.int)))
            continue
        left -= len(prepared.drafts)
        results.append(_before(end, left) if prepared.drafts else end)
    return results


def _before(end: Appended, events: int) -> Appended:
    since: datetime = end.recorded_at - timedelta(microseconds=events)
    return Appended(end.position - events, since)


def _request(
    member: int, key: RequestKey, answer: Answer, events: Sequence[Draft]
) -> tuple[Any, ...]:
    return (
        member,
        key.subject,
        key.route,
        key.key,
        answer.status,
        answer.location,
        answer.version,
        answer.position,
        answer.body_hash,
        events[-1].id if events else None,
    )


def _vault(member: int, write: WriteSet) -> Iterable[tuple[Any, ...]]:
    latest = {(s.person, s.record, s.field): s for s in write.vault}
    for s in latest.values():
        yield member, s.person, s.record, s.field, s.ciphertext, s.key_id, s.wrapped_key


def _access(member: int, write: WriteSet) -> Iterable[tuple[Any, ...]]:
    for line in write.access:
        yield (
            member,
            line.actor,
            line.role,
            line.organisation,
            line.action,
            line.resource,
            line.key,
            line.outcome,
            line.correlation_id,
        )


def _work(member: int, write: WriteSet) -> Iterable[tuple[Any, ...]]:
    for w in write.work:
        data, metadata = to_json(w.data), metadata_json(w.metadata)
        yield member, w.id, w.kind, w.key, data, metadata, w.due_at
