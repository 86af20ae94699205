"""Casefile on its stand: its routers over a log in memory, and clients of those who use it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import httpx
import pytest

from casefile.access import ACCESS, scope
from casefile.backup.router import router as backup
from casefile.case.correcting import router as correcting
from casefile.case.examples import BACKUP, CASE_ID, CASE_MANAGER, HOSPITAL
from casefile.case.router import router as case
from casefile.codec import CODEC
from casefile.consent.router import router as consent
from casefile.document.router import router as document
from casefile.evaluation.router import router as evaluation
from casefile.handover.router import router as handover
from casefile.instrument.router import router as instrument
from casefile.journal.router import router as journal
from casefile.needs.router import router as needs
from casefile.origin.router import router as origin
from casefile.persons.router import router as persons
from casefile.plan.router import router as plan
from casefile.process.router import router as process
from casefile.reactions import consents
from casefile.track.router import router as track
from events.contents import Contents
from events.memory import MemoryStore
from events.objects import FolderObjects
from events.parking_memory import MemoryYard
from events.testing import METADATA, FixedClock, told
from events.vault import MasterKey, Vault
from kit.access import Role
from kit.edge import Gate
from kit.testing import Stand
from programmes.checking import vocabularies
from programmes.loader import Programmes, load

PROGRAMMES = load()
UNDER_PROGRAMME = replace(METADATA, programme="medical-incidents", programme_version=1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def store(clock: FixedClock) -> MemoryStore:
    return MemoryStore("casefile", clock)


@pytest.fixture
def vault(store: MemoryStore) -> Vault:
    return Vault(store, MasterKey(bytes(32)))


@pytest.fixture
def contents(vault: Vault, tmp_path: Path) -> Contents:
    """Takes a megabyte."""
    return Contents(FolderObjects(tmp_path), vault, 1_000_000)


@pytest.fixture
def programmes() -> Programmes:
    return PROGRAMMES


@pytest.fixture
def yard(clock: FixedClock) -> MemoryYard:
    return MemoryYard(clock)


@pytest.fixture
def stand(
    store: MemoryStore, vault: Vault, contents: Contents, yard: MemoryYard, clock: FixedClock
) -> Stand:
    return Stand(
        store,
        routers=[
            case,
            correcting,
            handover,
            backup,
            origin,
            persons,
            consent,
            needs,
            plan,
            journal,
            instrument,
            evaluation,
            document,
            track,
            process,
        ],
        access=ACCESS,
        scope=scope,
        vocabularies=vocabularies(PROGRAMMES),
        gate=Gate(consents.GROUP, yard),
        parts={Programmes: PROGRAMMES, Vault: vault, Contents: contents},
        clock=clock,
    )


@pytest.fixture
def manager(stand: Stand) -> httpx.AsyncClient:
    """The case manager of the examples."""
    return stand.client(Role.CASE_MANAGER, subject=str(CASE_MANAGER))


@pytest.fixture
def stranger(stand: Stand) -> httpx.AsyncClient:
    """A case manager who does not hold the case."""
    return stand.client(Role.CASE_MANAGER, subject=str(BACKUP))


@pytest.fixture
def referrer(stand: Stand) -> httpx.AsyncClient:
    """Somebody at the hospital that referred the case of the examples."""
    return stand.client(Role.REFERRER, organisation=HOSPITAL)


@pytest.fixture
def lead(stand: Stand) -> httpx.AsyncClient:
    return stand.client(Role.TEAM_LEAD)


@pytest.fixture
def traces(store: MemoryStore) -> Callable[[], list[int]]:
    """How much is kept but for access lines, and for keys: a refusal leaves it as it was."""
    return lambda: [*map(len, (store.log, store.answers, store.vault, store.work))]


@pytest.fixture
def tell(store: MemoryStore) -> Callable[..., object]:
    """Facts about the case of the examples."""
    return partial(told, store, CODEC, CASE_ID, metadata=UNDER_PROGRAMME)
