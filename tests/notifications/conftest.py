"""Notifications on its stand: its router over a log in memory, and facts about a message."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from events.memory import MemoryStore
from events.testing import METADATA, FixedClock, told
from kit.testing import Stand
from notifications.access import ACCESS, scope
from notifications.message.events import CODEC
from notifications.message.examples import CASE_ID, MESSAGE_ID
from notifications.message.router import router
from programmes.loader import Programmes, load

PROGRAMMES = load()
UNDER_PROGRAMME = replace(METADATA, programme="medical-incidents", programme_version=1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def store(clock: FixedClock) -> MemoryStore:
    return MemoryStore("notifications", clock)


@pytest.fixture
def programmes() -> Programmes:
    return PROGRAMMES


@pytest.fixture
def stand(store: MemoryStore, clock: FixedClock) -> Stand:
    return Stand(store, routers=[router], access=ACCESS, scope=scope, clock=clock)


@pytest.fixture
def tell(store: MemoryStore) -> Callable[..., object]:
    """Facts about the message of the examples."""
    return partial(told, store, CODEC, CASE_ID, stream=MESSAGE_ID, metadata=UNDER_PROGRAMME)
