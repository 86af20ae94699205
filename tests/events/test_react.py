"""Reactions: what a message of another service makes happen, once, with its inbox row."""

import asyncio
from dataclasses import dataclass, replace
from uuid import UUID

from events.codec import Codec
from events.commands import StreamType
from events.consumer import Ask, react
from events.contracts.contract import Contract
from events.contracts.intake import ReferralAccepted
from events.decider import Decider, Rejected
from events.memory import MemoryStore
from events.occurrence import Occurred
from events.store import Metadata, Recorded
from events.testing import NOW, numbered, recorded

GROUP = "casefile.reactions"
TYPE = "leidraad.intake.referral-accepted.v1"
KEY, STREAM, OTHER_STREAM = numbered(7), numbered(8), numbered(18)


@dataclass(frozen=True, slots=True)
class Opened:
    occurred: Occurred


@dataclass(frozen=True, slots=True)
class Open:
    occurred: Occurred


CASE: StreamType[int, Open, Opened] = StreamType(
    "case",
    Decider(0, lambda command, _: [Opened(command.occurred)], lambda state, _: state + 1),
    Codec({"case.opened.v1": Opened}),
)
MESSAGE: Recorded[Contract] = recorded(
    ReferralAccepted(criteria_version=1, organisation=None),
    41,
    type=TYPE,
    key=KEY,
    occurred=Occurred.parse("2026-05"),
    metadata=Metadata(
        actor="intake",
        role="service",
        correlation_id=numbered(9),
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        programme="medical-incidents",
        programme_version=3,
    ),
)


def opens(message: Recorded[Contract]) -> list[Ask]:
    return [Ask(CASE, STREAM, Open(message.occurred))]


def once(command: Open, opened: int) -> list[Opened]:
    if opened:
        raise Rejected("open", "It is open.")
    return [Opened(command.occurred)]


def opens_once(message: Recorded[Contract]) -> list[Ask]:
    strict = replace(CASE, decider=Decider(0, once, CASE.decider.evolve))
    return [Ask(strict, STREAM, Open(message.occurred))]


def opens_two(message: Recorded[Contract]) -> list[Ask]:
    return [Ask(CASE, stream, Open(message.occurred)) for stream in (STREAM, OTHER_STREAM)]


def ignores(_message: Recorded[Contract]) -> list[Ask]:
    return []


async def test_the_effect_and_its_inbox_row_are_written_together_and_once() -> None:
    store = MemoryStore("casefile", lambda: NOW)
    handle = react(store, GROUP, {TYPE: opens})

    for _ in range(3):
        await handle(MESSAGE)

    [event] = store.log
    assert (event.key, event.stream, event.type) == (KEY, STREAM, "case.opened.v1")
    assert event.occurred == Occurred.parse("2026-05")
    assert store.messages == {(GROUP, MESSAGE.id)}


async def test_of_several_effects_each_is_brought_about_once() -> None:
    store = MemoryStore("casefile", lambda: NOW)
    await react(store, GROUP, {TYPE: opens})(MESSAGE)

    for _ in range(2):
        await react(store, GROUP, {TYPE: opens_two})(MESSAGE)

    assert [event.stream for event in store.log] == [STREAM, OTHER_STREAM]


async def test_a_repetition_is_known_though_the_rule_would_refuse_it() -> None:
    store = MemoryStore("casefile", lambda: NOW)
    handle = react(store, GROUP, {TYPE: opens_once})
    await handle(MESSAGE)

    outcomes = await asyncio.gather(handle(MESSAGE), return_exceptions=True)

    assert list(outcomes) == [None]
    assert [event.stream for event in store.log] == [STREAM]


async def test_an_effect_runs_for_the_service_within_the_same_request() -> None:
    store = MemoryStore("casefile", lambda: NOW)

    await react(store, GROUP, {TYPE: opens})(MESSAGE)

    assert store.log[0].metadata == Metadata(
        actor="casefile",
        role="service",
        correlation_id=numbered(9),
        causation_id=MESSAGE.id,
        traceparent=MESSAGE.metadata.traceparent,
        programme="medical-incidents",
        programme_version=3,
    )


async def test_a_reaction_that_asks_for_nothing_leaves_an_inbox_row_alone() -> None:
    store = MemoryStore("casefile")
    handle = react(store, GROUP, {TYPE: ignores})

    for _ in range(2):
        await handle(MESSAGE)

    assert store.log == []
    assert store.messages == {(GROUP, MESSAGE.id)}


async def test_a_type_without_reaction_leaves_nothing() -> None:
    store = MemoryStore("casefile")

    await react(store, GROUP, {})(MESSAGE)

    assert store.messages == set[tuple[str, UUID]]()
