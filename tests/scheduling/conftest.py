"""Scheduling on its stand: its routers over a log in memory, and clients of those who use it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from uuid import UUID

import httpx
import pytest

from events.contracts.contract import Contract
from events.lanes import Handle
from events.memory import MemoryStore
from events.parking_memory import MemoryYard
from events.store import Recorded
from events.testing import METADATA, FixedClock, told
from events.vault import MasterKey, Vault
from kit.access import Role
from kit.edge import Gate
from kit.testing import Stand
from programmes.checking import vocabularies
from programmes.loader import Programmes, load
from scheduling.access import ACCESS, scope
from scheduling.appointment import router as appointment
from scheduling.case_manager import router as case_manager
from scheduling.codec import CODEC
from scheduling.deadline import recipients
from scheduling.deadline import router as deadline
from scheduling.deadline.examples import CASE_ID, FIRST_CONTACT
from scheduling.reactions import consents, deadlines, of_consents, of_deadlines
from scheduling.work.deadlines import deadline_misser

PROGRAMMES = load()
Passed = Callable[..., Awaitable[list[type]]]
UNDER_PROGRAMME = replace(METADATA, programme="medical-incidents", programme_version=1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def store(clock: FixedClock) -> MemoryStore:
    return MemoryStore("scheduling", clock)


@pytest.fixture
def programmes() -> Programmes:
    return PROGRAMMES


@pytest.fixture
def yard(clock: FixedClock) -> MemoryYard:
    return MemoryYard(clock)


@pytest.fixture
def stand(store: MemoryStore, clock: FixedClock, yard: MemoryYard) -> Stand:
    return Stand(
        store,
        routers=[deadline.router, recipients.router, appointment.router, case_manager.router],
        access=ACCESS,
        scope=scope,
        vocabularies=vocabularies(PROGRAMMES),
        gate=Gate(consents.GROUP, yard),
        parts={Programmes: PROGRAMMES, Vault: Vault(store, MasterKey(bytes(32)))},
        clock=clock,
    )


@pytest.fixture
def desk(stand: Stand) -> httpx.AsyncClient:
    return stand.client(Role.DESK)


@pytest.fixture
def tell(store: MemoryStore) -> Callable[..., object]:
    """Facts about the deadline of the examples."""
    return partial(told, store, CODEC, CASE_ID, stream=FIRST_CONTACT, metadata=UNDER_PROGRAMME)


@pytest.fixture(params=["deadlines", "consents"])
def handle(store: MemoryStore, programmes: Programmes, request: pytest.FixtureRequest) -> Handle:
    """What both groups do with a message, whichever of them is ahead."""
    causes = deadlines.reactions(programmes)
    groups = [of_deadlines(store, programmes, causes), of_consents(store, programmes)]
    ahead = groups if request.param == "deadlines" else groups[::-1]

    async def handle(message: Recorded[Contract]) -> None:
        for handled in ahead:
            await handled(message)

    return handle


@pytest.fixture
def passed(handle: Handle, store: MemoryStore, clock: FixedClock) -> Passed:
    """What became of a deadline of the case, once this was told and the timers went off."""

    async def passed(*told: Recorded[Contract], of: UUID = FIRST_CONTACT) -> list[type]:
        for each in told:
            await handle(each)
        for timer in list(store.work.values()):
            await deadline_misser(store, PROGRAMMES, clock)(timer)
        return [type(CODEC.decode(r).event) for r in store.log if r.stream == of]

    return passed
