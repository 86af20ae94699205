"""What one service says waits, parked, while others go on telling: nothing else waits for it."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from analytics.examples import CALLED, CASE_MANAGER, HOSPITAL, identity, told
from analytics.log import GROUP, SOURCES, Fact, facts_of, keep
from analytics.views.every import every
from events.backoff import Backoff
from events.broker import Outgoing
from events.broker_memory import MemoryBroker
from events.consumer import Consumer
from events.contracts import registry, type_name
from events.contracts.casefile import (
    CaseClosed,
    CaseManagerAssigned,
    CaseOpened,
    CaseReopened,
    FirstContactMade,
    InstrumentCompleted,
    NeedIdentified,
    NeedMet,
    TrackStepRecorded,
)
from events.contracts.contract import Contract
from events.contracts.intake import CandidateIdentified, OfferAccepted, OfferMade, ReferralMade
from events.contracts.notifications import MessageQueued
from events.contracts.scheduling import DeadlineMet
from events.envelope import reads_everything, to_message, topic_of
from events.history import FOREVER
from events.memory import MemoryStore
from events.parking import Lane
from events.parking_memory import MemoryYard
from events.testing import numbered
from events.views import Row, materialise
from programmes import load

PROGRAMMES = load()
TYPES = registry(PROGRAMMES.track_steps())
VIEWS = every(PROGRAMMES)
CASE, OTHER_CASE = numbered(1), numbered(2)
FIRST, SECOND = numbered(4), numbered(5)
"""Two claims."""


def step(code: str, on: str, claim: UUID, **more: object) -> tuple[Contract, str, dict[str, Any]]:
    """`corrects`: which of the things that the service told, counted from one."""
    recorded = TrackStepRecorded(track="liability", step=code, outcome=None)
    return recorded, on, {"stream": claim, "type_": STEPS[code], **more}


STEPS = {
    "claim-filed": type_name("casefile", "liability-claim-filed"),
    "denied": type_name("casefile", "liability-denied"),
}
TOLD: dict[str, list[tuple[Any, ...]]] = {
    "intake": [
        (CandidateIdentified(organisation=HOSPITAL, origin="2018-07"), "2018-07-02"),
        (OfferMade(attempt=1, channel="phone", by_function="doctor"), "2018-07-03"),
        (OfferAccepted(attempt=1, reasons=["clear-need"]), "2018-07-04"),
        (ReferralMade(source="hospital", organisation=HOSPITAL, origin="2018-07"), "2018-07-05"),
    ],
    "casefile": [
        (CaseOpened(organisation=HOSPITAL, spell=1), "2018-07-09"),
        (CaseManagerAssigned(case_manager=CASE_MANAGER, role="case-manager"), "2018-07-10"),
        (FirstContactMade(channel="phone"), "2018-07-11"),
        (CALLED, "2018-07-11"),
        (NeedIdentified(need=numbered(3), field="practical", theme=None), "2018-07-11"),
        (NeedMet(need=numbered(3), met_by="case-manager"), "2018-07-20"),
        (
            InstrumentCompleted(instrument="life-domains", wave="first", scores={"housing": 6}),
            "2018-07-21",
        ),
        step("claim-filed", "2018-07-22", FIRST),
        step("claim-filed", "2018-07-23", SECOND),
        step("denied", "2018-07-24", FIRST),
        (CaseClosed(reason="settled", spell=1), "2018-07-25"),
        (CaseReopened(reason="new-need", spell=2), "2018-07-27"),
        step("denied", "2018-07-24", SECOND, recorded="2018-07-28"),
        step("claim-filed", "2018-07-21", SECOND, recorded="2018-07-29", corrects=9),
    ],
    "scheduling": [(DeadlineMet(policy="first-contact", late=False), "2018-07-11")],
    "notifications": [
        (MessageQueued(template="first-contact-due", recipient_role="desk"), "2018-07-09")
    ],
}


def facts(service: str, key: UUID) -> list[Fact]:
    """What a service tells of a case, in the order of its log."""
    begin = 100 * [*TOLD].index(service) + 1
    return [
        told(number, event, on, key=key, **_named(more[0] if more else {}, begin, key))
        for number, (event, on, *more) in enumerate(TOLD[service], begin)
    ]


def _named(more: dict[str, Any], begin: int, key: UUID) -> dict[str, Any]:
    if "corrects" not in more:
        return more
    return more | {"corrects": identity(begin + more["corrects"] - 1, key)}


def outgoing(fact: Fact) -> Outgoing:
    event = fact.type.split(".")[2]
    assert isinstance(fact.event, Contract)
    return to_message(replace(fact, event={}), (event, fact.event))  # type: ignore[arg-type]


def unreadable(message: Outgoing) -> Outgoing:
    changed = {"ce_id": str(numbered(99)).encode()}
    headers = [(name, changed.get(name, value)) for name, value in message.headers]
    return replace(message, headers=headers, value=b"{")


def rows(arrived: Iterable[Fact], key: UUID) -> list[list[Row]]:
    own = [fact for fact in arrived if fact.key == key]
    return [materialise(view, {key: own}) for view in VIEWS]


def kept(store: MemoryStore) -> list[Fact]:
    return [facts_of(TYPES)(recorded) for recorded in store.log]


@pytest.mark.parametrize("late", SOURCES)
async def test_a_source_whose_messages_wait_holds_up_no_other_and_is_caught_up_with(
    late: str,
) -> None:
    broker, yard, store = MemoryBroker(), MemoryYard(), MemoryStore("analytics")
    everything = [fact for service in TOLD for fact in facts(service, CASE)]
    poison = unreadable(outgoing(facts(late, CASE)[0]))
    lane = Lane(GROUP, topic_of(late), CASE)
    for message in [poison, *map(outgoing, everything)]:
        broker.put(message)
    for service in TOLD:
        for fact in facts(service, OTHER_CASE):
            broker.put(outgoing(fact))

    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        stop = asyncio.Event()
        tasks.create_task(_consumer(broker, yard, store).run(stop))
        others = 2 * len(everything) - len(TOLD[late])
        await _until_kept(store, others)
        [parked] = await yard.list(GROUP)
        assert (parked.lane, parked.messages) == (lane, len(TOLD[late]) + 1)
        assert rows(kept(store), OTHER_CASE) == rows(
            [fact for service in TOLD for fact in facts(service, OTHER_CASE)], OTHER_CASE
        )
        assert await yard.request_skip(lane, parked.head, "made-up")
        await _until_kept(store, 2 * len(everything))
        stop.set()

    assert rows(kept(store), CASE) == rows(everything, CASE)
    assert not await yard.parked(GROUP, CASE)


@pytest.mark.parametrize("order", list(permutations(SOURCES)), ids="-".join)
def test_services_heard_one_after_the_other_in_any_order_give_the_same_rows(
    order: tuple[str, ...],
) -> None:
    arrived = [fact for service in order for fact in facts(service, CASE)]

    found = rows(arrived, CASE)

    assert found == rows([fact for service in SOURCES for fact in facts(service, CASE)], CASE)
    assert all(found)
    last = [row for row in found[-1] if row["believed_until"] == FOREVER]
    assert {(r["milestone"], r["track_id"], r["day"].day) for r in last if r.get("track")} == {
        ("liability-claim-filed", FIRST, 22),
        ("liability-claim-filed", SECOND, 21),
        ("liability-denied", FIRST, 24),
        ("liability-denied", SECOND, 24),
    }
    [closing] = (row for row in last if row["milestone"] == "case-closed")
    assert closing["reopened_at"].date().isoformat() == "2018-07-26"


def _consumer(broker: MemoryBroker, yard: MemoryYard, store: MemoryStore) -> Consumer:
    return Consumer(
        group=GROUP,
        topics=[topic_of(source) for source in SOURCES],
        read=reads_everything(TYPES),
        handle=keep(store),
        broker=broker,
        yard=yard,
        backoff=Backoff(0.002, 0.02),
        look_seconds=0.01,
    )


async def _until_kept(store: MemoryStore, number: int) -> None:
    while len(store.log) < number:  # noqa: ASYNC110 - within a timeout; nobody tells
        await asyncio.sleep(0.005)
