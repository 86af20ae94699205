"""Intake on its stand: its routers over a log in memory, and clients of those who use it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import httpx
import pytest

from events.memory import MemoryStore
from events.testing import METADATA, FixedClock, told
from events.vault import MasterKey, Vault
from intake.access import ACCESS, scope
from intake.codec import CODEC
from intake.fingerprint import Fingerprints
from intake.offer.attempts import router as attempts
from intake.offer.examples import CANDIDATE
from intake.offer.router import router as offer
from intake.organisation.examples import HOSPITAL, OTHER_HOSPITAL, REGISTERED
from intake.organisation.router import router as organisation
from intake.referral.consent import router as consent
from intake.referral.links import router as links
from intake.referral.origins import router as origins
from intake.referral.router import router as referral
from intake.referral.screening import router as screening
from intake.safe import Safe
from kit.access import Role
from kit.testing import Stand
from programmes.checking import vocabularies
from programmes.loader import Programmes, load

PROGRAMMES = load()
UNDER_PROGRAMME = replace(METADATA, programme="medical-incidents", programme_version=1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def store(clock: FixedClock) -> MemoryStore:
    """Two hospitals are registered."""
    store = MemoryStore("intake", clock)
    for hospital in (HOSPITAL, OTHER_HOSPITAL):
        await told(store, CODEC, hospital, REGISTERED, metadata=UNDER_PROGRAMME)
    return store


@pytest.fixture
def vault(store: MemoryStore) -> Vault:
    return Vault(store, MasterKey(bytes(32)))


@pytest.fixture
def programmes() -> Programmes:
    return PROGRAMMES


@pytest.fixture
def stand(store: MemoryStore, vault: Vault, clock: FixedClock, programmes: Programmes) -> Stand:
    return Stand(
        store,
        routers=[organisation, offer, attempts, referral, screening, consent, links, origins],
        access=ACCESS,
        scope=scope,
        vocabularies=vocabularies(programmes),
        parts={
            Programmes: programmes,
            Vault: vault,
            Safe: Safe(vault, Fingerprints(bytes(32))),
        },
        clock=clock,
    )


@pytest.fixture
def hospital(stand: Stand) -> httpx.AsyncClient:
    return stand.client(Role.REFERRER, organisation=HOSPITAL)


@pytest.fixture
def other_hospital(stand: Stand) -> httpx.AsyncClient:
    return stand.client(Role.REFERRER, organisation=OTHER_HOSPITAL)


@pytest.fixture
def desk(stand: Stand) -> httpx.AsyncClient:
    return stand.client(Role.DESK)


@pytest.fixture
def traces(store: MemoryStore) -> Callable[[], list[int]]:
    """How much is kept but for access lines, and for keys: a refusal leaves it as it was."""
    return lambda: [*map(len, (store.log, store.answers, store.vault, store.work))]


@pytest.fixture
def tell(store: MemoryStore) -> Callable[..., object]:
    """Facts about the candidate of the examples."""
    return partial(told, store, CODEC, CANDIDATE, metadata=UNDER_PROGRAMME)
