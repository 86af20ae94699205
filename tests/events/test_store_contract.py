"""What every store promises: the same tests on memory, on PostgreSQL, and on the simulation's."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import fields, replace
from datetime import timedelta
from secrets import token_hex
from uuid import uuid4

import pytest

from events.memory import MemoryStore
from events.occurrence import UNKNOWN, Occurred
from events.postgres import PostgresStore
from events.store import (
    ANY,
    AccessLine,
    AlreadyAnswered,
    AlreadyDone,
    Answer,
    RequestKey,
    Store,
    Unwritable,
    VersionConflict,
    Work,
    WriteSet,
)
from events.testing import METADATA, NOW, FixedClock, draft, write
from simulation.store import SimulatedStore, untroubled

REQUEST = RequestKey(subject="referrer", route="POST /v1/offers", key="1")
ANSWER = Answer(status=201, location="/v1/offers/1", version=1, position=0, body_hash=b"\0hash")
ACCESS = AccessLine(
    actor="tester",
    role="desk",
    organisation=None,
    action="create",
    resource="offer",
    key=None,
    outcome="allowed",
    correlation_id=METADATA.correlation_id,
)

MEMORY, SIMULATED = "memory", "simulated"


@pytest.fixture(params=[MEMORY, SIMULATED, pytest.param("postgres", marks=pytest.mark.system)])
def kind(request: pytest.FixtureRequest) -> str:
    """The address of a database, or which store has none."""
    if request.param == "postgres":
        return str(request.getfixturevalue("database"))
    return str(request.param)


@pytest.fixture
async def store(kind: str) -> AsyncIterator[Store]:
    if kind == MEMORY:
        yield MemoryStore("intake")
    elif kind == SIMULATED:
        async with untroubled(MemoryStore("intake", FixedClock())) as opened:
            yield opened
    else:
        async with PostgresStore.open(kind, source="intake") as opened:
            yield opened


async def test_an_event_is_read_as_it_was_written(store: Store) -> None:
    stream, corrected = uuid4(), uuid4()
    event = draft(
        stream,
        {"text": "Zoë \\u0000 ''", "n": 1.5, "list": [1, None, True], "nested": {"a": {}}},
        key=uuid4(),
        occurred=Occurred.parse("2019-03"),
        corrects=corrected,
        metadata=replace(METADATA, more={"purpose": "treatment"}),
    )

    appended = await store.append(write(event, expected=0))

    [read] = await store.history(event.key)
    assert (read.source, read.position, read.version) == ("intake", 1, 1)
    assert (read.id, read.key, read.stream) == (event.id, event.key, stream)
    assert (read.type, read.event, read.occurred) == (event.type, event.event, event.occurred)
    assert (read.metadata, read.corrects) == (event.metadata, corrected)
    assert (appended.position, appended.recorded_at) == (1, read.recorded_at)


async def test_what_happened_at_an_unknown_time_is_kept_so(store: Store) -> None:
    stream = uuid4()

    await store.append(write(draft(stream, occurred=UNKNOWN)))

    assert [r.occurred for r in await store.history(stream)] == [UNKNOWN]


async def test_an_empty_log_has_head_zero(store: Store) -> None:
    head = await store.head()

    assert head.position == 0
    assert await store.after(0, 10) == []
    assert await store.position_at(NOW) == 0


async def test_versions_count_from_one_in_each_stream(store: Store) -> None:
    key, first, second = uuid4(), uuid4(), uuid4()
    one = [draft(first, key=key), draft(second, key=key), draft(first, key=key)]

    await store.append(write(*one, expected=0))
    await store.append(WriteSet(events=[draft(first, key=key)], expected={first: 2}))

    read = await store.history(key)
    assert [(r.stream, r.version) for r in read] == [
        (first, 1),
        (second, 1),
        (first, 2),
        (first, 3),
    ]
    assert [r.position for r in read] == [1, 2, 3, 4]


@pytest.mark.parametrize("expected", [0, 2, 7])
async def test_another_version_than_expected_is_a_conflict(store: Store, expected: int) -> None:
    stream = uuid4()
    await store.append(write(draft(stream), expected=0))

    with pytest.raises(VersionConflict) as conflict:
        await store.append(write(draft(stream), expected=expected))

    assert conflict.value.stream == stream
    assert len(await store.history(stream)) == 1


async def test_a_stream_that_was_only_read_must_not_have_moved(store: Store) -> None:
    read, written = uuid4(), uuid4()
    await store.append(write(draft(read)))
    event = draft(written)

    with pytest.raises(VersionConflict) as conflict:
        await store.append(WriteSet(events=[event], expected={written: 0, read: 0}))
    await store.append(WriteSet(events=[event], expected={written: 0, read: 1}))

    assert conflict.value.stream == read
    assert len(await store.history(written)) == 1


async def test_any_version_is_not_checked(store: Store) -> None:
    stream = uuid4()

    for _ in range(3):
        await store.append(write(draft(stream), expected=ANY))

    assert [r.version for r in await store.history(stream)] == [1, 2, 3]


async def test_a_stream_without_expected_version_is_refused(store: Store) -> None:
    with pytest.raises(Unwritable):
        await store.append(WriteSet(events=[draft(uuid4())]))


async def test_a_refused_set_leaves_nothing_behind(store: Store) -> None:
    stream, message, item = uuid4(), uuid4(), work_item()
    await store.append(write(draft(stream)))
    everything = WriteSet(
        events=[draft(stream)],
        expected={stream: 0},
        request=(REQUEST, ANSWER),
        message=("intake.reactions", message),
        access=[ACCESS],
        work=[item],
    )

    with pytest.raises(VersionConflict):
        await store.append(everything)

    assert await store.answer(REQUEST) is None
    await store.append(WriteSet(message=("intake.reactions", message)))
    with pytest.raises(AlreadyDone):
        await store.append(WriteSet(done=[item.id]))
    assert (await store.head()).position == 1


async def test_the_access_log_has_the_lines_of_what_was_written_and_no_others(store: Store) -> None:
    stream, organisation = uuid4(), uuid4()
    lines = [replace(ACCESS, resource=f"offer-{n}", key=uuid4()) for n in range(4)]
    foreign = replace(ACCESS, organisation=organisation, outcome="forbidden")

    await asyncio.gather(
        store.append(write(draft(stream), expected=0, access=lines[:2])),
        store.append(write(draft(stream), expected=7, access=lines[2:3])),
        store.append(WriteSet(access=[lines[3], foreign])),
        return_exceptions=True,
    )

    assert await access_log(store) == [*lines[:2], lines[3], foreign]


async def access_log(store: Store) -> list[AccessLine]:
    if isinstance(store, MemoryStore):
        return store.access
    if isinstance(store, SimulatedStore):
        return store.log.access
    assert isinstance(store, PostgresStore)
    names = [field.name for field in fields(AccessLine)]
    query = f"select {', '.join(names)} from access_log order by id"  # noqa: S608 - names of ours
    return [AccessLine(**row) for row in await store.pool.fetch(query)]


async def test_a_set_without_events_writes_its_records(store: Store) -> None:
    await store.append(write(draft(uuid4())))

    appended = await store.append(WriteSet(request=(REQUEST, ANSWER)))

    assert await store.answer(REQUEST) == ANSWER
    assert appended == await store.head()


async def test_an_empty_set_changes_nothing(store: Store) -> None:
    appended = await store.append(WriteSet())

    assert appended == await store.head()
    assert appended.position == 0


async def test_a_repeated_request_gets_the_first_answer(store: Store) -> None:
    first, second = uuid4(), uuid4()
    await store.append(write(draft(uuid4())))
    await store.append(write(draft(first), draft(first), request=(REQUEST, ANSWER)))

    with pytest.raises(AlreadyAnswered) as repeated:
        await store.append(write(draft(second), request=(REQUEST, ANSWER)))

    assert repeated.value.answer.position == 3
    assert repeated.value.answer == await store.answer(REQUEST)
    assert await store.history(second) == []


async def test_an_answer_counts_before_a_conflict(store: Store) -> None:
    stream = uuid4()
    await store.append(write(draft(stream), expected=0, request=(REQUEST, ANSWER)))

    with pytest.raises(AlreadyAnswered):
        await store.append(write(draft(stream), expected=0, request=(REQUEST, ANSWER)))


async def test_a_message_has_its_effect_once(store: Store) -> None:
    stream, message = uuid4(), ("intake.reactions", uuid4())
    await store.append(write(draft(stream), message=message))

    with pytest.raises(AlreadyDone):
        await store.append(write(draft(stream), message=message))
    await store.append(write(draft(stream), message=("intake.views", message[1])))

    assert len(await store.history(stream)) == 2
    assert await store.handled(message)
    assert not await store.handled(("intake.reactions", uuid4()))


async def test_work_is_finished_once(store: Store) -> None:
    stream, item = uuid4(), work_item()
    await store.append(write(draft(stream), work=[item]))
    await store.append(write(draft(stream), done=[item.id]))

    with pytest.raises(AlreadyDone):
        await store.append(write(draft(stream), done=[item.id]))

    assert len(await store.history(stream)) == 2


async def test_a_lost_answer_is_found_again(store: Store) -> None:
    stream = uuid4()
    lost = write(draft(stream), draft(stream), expected=0, request=(REQUEST, ANSWER))
    first = await store.append(lost)
    await store.append(write(draft(stream)))

    assert await store.append(lost) == first
    assert len(await store.history(stream)) == 3


async def test_a_lost_answer_is_found_where_any_version_will_do(store: Store) -> None:
    lost = write(draft(uuid4()))

    assert await store.append(lost) == await store.append(lost)


async def test_the_same_event_is_not_stored_in_two_streams(store: Store) -> None:
    stored, other, more = draft(uuid4()), uuid4(), uuid4()
    await store.append(write(stored))
    twin = draft(other, id=stored.id)

    with pytest.raises(Unwritable):
        await store.append(write(twin, draft(more)))

    assert await store.history(more) == []


async def test_concurrent_appends_to_one_stream_follow_each_other(store: Store) -> None:
    stream = uuid4()
    sets = [write(draft(stream), expected=version) for version in range(20)]

    appended = await asyncio.gather(*(store.append(one) for one in sets))

    assert [a.position for a in appended] == list(range(1, 21))
    assert [r.version for r in await store.history(stream)] == list(range(1, 21))


async def test_of_rivals_for_one_version_one_wins(store: Store) -> None:
    stream = uuid4()
    rivals = [store.append(write(draft(stream), expected=0)) for _ in range(10)]

    results = await asyncio.gather(*rivals, return_exceptions=True)

    assert sum(isinstance(r, VersionConflict) for r in results) == 9
    assert len(await store.history(stream)) == 1


async def test_of_rivals_for_one_request_one_wins(store: Store) -> None:
    streams = [uuid4() for _ in range(5)]
    rivals = [store.append(write(draft(s), request=(REQUEST, ANSWER))) for s in streams]

    results = await asyncio.gather(*rivals, return_exceptions=True)

    assert sum(isinstance(r, AlreadyAnswered) for r in results) == 4
    assert (await store.head()).position == 1


async def test_positions_and_times_rise_without_gaps_beside_refused_sets(store: Store) -> None:
    taken = uuid4()
    await store.append(write(draft(taken)))

    async def caller(number: int) -> None:
        stream = uuid4()
        for version in range(0, 30, 3):
            if (version + number) % 4 == 0:
                with pytest.raises(VersionConflict):
                    await store.append(
                        WriteSet(events=[draft(stream)], expected={stream: version, taken: 0})
                    )
            await store.append(write(draft(stream), draft(stream), draft(stream), expected=version))

    await asyncio.gather(*(caller(number) for number in range(16)))

    read = await store.after(0, 1000)
    times = [r.recorded_at for r in read]
    assert [r.position for r in read] == list(range(1, 482))
    assert times == sorted(set(times))
    assert (await store.head()).recorded_at == times[-1]


async def test_each_append_learns_its_own_position(store: Store) -> None:
    sets = [write(*(draft(uuid4()) for _ in range(number % 3))) for number in range(12)]

    appended = await asyncio.gather(*(store.append(one) for one in sets))

    read = {r.id: r for r in await store.after(0, 100)}
    for one, answer in zip(sets, appended, strict=True):
        if one.events:
            last = read[one.events[-1].id]
            assert (answer.position, answer.recorded_at) == (last.position, last.recorded_at)


async def test_the_log_is_read_on_from_a_position(store: Store) -> None:
    await store.append(write(*(draft(uuid4()) for _ in range(5))))

    assert [r.position for r in await store.after(2, 2)] == [3, 4]
    assert await store.after(5, 2) == []


async def test_what_was_known_at_a_time_is_a_prefix_of_the_log(store: Store) -> None:
    await store.append(write(*(draft(uuid4()) for _ in range(5))))
    read = await store.after(0, 5)

    for r in read:
        assert await store.position_at(r.recorded_at) == r.position
    assert await store.position_at(read[0].recorded_at - timedelta(microseconds=1)) == 0
    assert await store.position_at(read[-1].recorded_at + timedelta(days=1)) == 5


async def test_ten_thousand_events_go_in_at_once(store: Store) -> None:
    stream = uuid4()

    appended = await store.append(write(*(draft(stream) for _ in range(10_000)), expected=0))

    read = await store.history(stream)
    assert appended.position == 10_000
    assert [r.version for r in read] == list(range(1, 10_001))
    assert appended.recorded_at == read[-1].recorded_at


@pytest.mark.parametrize(
    "bad",
    [
        write(draft(uuid4(), {"text": "a\0b"})),
        write(draft(uuid4(), {"text": "\ud800"})),
        write(draft(uuid4(), {"set": {1, 2}})),
        write(draft(uuid4(), type="a\0b")),
        WriteSet(request=(RequestKey(subject="\0", route="", key=""), ANSWER)),
        WriteSet(request=(RequestKey(subject="", route="", key=token_hex(5000)), ANSWER)),
    ],
    ids=[
        "NUL in the event",
        "lone surrogate",
        "no JSON",
        "NUL in the type",
        "NUL in the request",
        "too long a request",
    ],
)
async def test_what_cannot_be_stored_is_refused_alone(store: Store, bad: WriteSet) -> None:
    good = [write(draft(uuid4())) for _ in range(4)]

    results = await asyncio.gather(
        *(store.append(one) for one in [*good[:2], bad, *good[2:]]), return_exceptions=True
    )

    assert isinstance(results.pop(2), Unwritable)
    assert sorted(r.position for r in results if not isinstance(r, BaseException)) == [1, 2, 3, 4]


async def test_a_caller_that_goes_away_leaves_a_whole_set_or_none(store: Store) -> None:
    streams = [uuid4() for _ in range(30)]
    sets = [write(draft(s), draft(s), expected=0, message=("c", s)) for s in streams]
    callers = [asyncio.create_task(store.append(one)) for one in sets]
    await asyncio.sleep(0)
    for caller in callers[::2]:
        caller.cancel()

    results = await asyncio.gather(*callers, return_exceptions=True)

    assert not any(isinstance(r, BaseException) for r in results[1::2])
    assert {len(await store.history(s)) for s in streams[::2]} <= {0, 2}
    assert {len(await store.history(s)) for s in streams[1::2]} == {2}


async def test_followers_are_woken(store: Store) -> None:
    woken = aiter(store.appended())
    await anext(woken)
    await anext(woken)

    await store.append(write(draft(uuid4())))

    await asyncio.wait_for(anext(woken), 5)
    assert (await store.head()).position == 1


async def test_commands_on_one_key_take_turns_and_others_do_not_wait(store: Store) -> None:
    key, at_work, seen = uuid4(), 0, []

    async def command() -> None:
        nonlocal at_work
        async with store.turn(key):
            at_work += 1
            seen.append(at_work)
            async with store.turn(uuid4()):
                await asyncio.sleep(0)
            at_work -= 1

    await asyncio.gather(*(command() for _ in range(5)))

    assert seen == [1] * 5


def work_item() -> Work:
    return Work(id=uuid4(), kind="mail", key=uuid4(), data={"to": "desk"}, metadata=METADATA)
