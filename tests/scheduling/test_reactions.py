"""What happens to a case sets and meets the deadlines that its programme defines."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations

import pytest

from events.consumer import react
from events.contracts import registry, type_name
from events.contracts.casefile import CaseClosed, CaseOpened, FirstContactMade
from events.contracts.contract import Contract
from events.lanes import Handle
from events.memory import MemoryStore
from events.occurrence import UNKNOWN, Occurred
from events.store import Recorded
from events.testing import METADATA, numbered, recorded
from programmes.loader import Programmes, UnknownProgramme
from scheduling.deadline.decider import DEADLINE, Deadline, Status
from scheduling.deadline.examples import CASE_ID, FIRST_CONTACT, MET, SET
from scheduling.deadline.work import MISS_DEADLINE
from scheduling.reactions.casefile import reactions

GROUP = "scheduling.deadlines"
UNDER_PROGRAMME = replace(METADATA, programme="medical-incidents", programme_version=1)


def message(
    position: int, name: str, event: Contract, occurred: str, recorded_at: str
) -> Recorded[Contract]:
    return recorded(
        event,
        position,
        source="casefile",
        key=CASE_ID,
        type=type_name("casefile", name),
        occurred=Occurred.parse(occurred),
        recorded_at=datetime.fromisoformat(recorded_at),
        metadata=UNDER_PROGRAMME,
    )


OPENED = message(
    1, "case-opened", CaseOpened(organisation=None, spell=1), "2027-02-15", "2027-02-15T12:00:00Z"
)
CONTACTED = message(
    2,
    "first-contact-made",
    FirstContactMade(channel="phone"),
    "2027-02-17",
    "2027-02-17T12:00:00Z",
)
CLOSED = message(
    3,
    "case-closed",
    CaseClosed(reason="settled", spell=1),
    "2027-03-01",
    "2027-03-01T12:00:00Z",
)


@pytest.fixture
def handle(store: MemoryStore, programmes: Programmes) -> Handle:
    return react(store, GROUP, reactions(programmes))


def events(store: MemoryStore) -> list[object]:
    return [DEADLINE.codec.decode(r).event for r in store.log]


async def deadline(handle: Handle, store: MemoryStore, *told: Recorded[Contract]) -> Deadline:
    for each in told:
        await handle(each)
    return DEADLINE.state(store.log, FIRST_CONTACT)


async def test_an_opened_case_sets_the_deadline_and_its_timer(
    handle: Handle, store: MemoryStore
) -> None:
    await handle(OPENED)

    assert events(store) == [SET]
    assert (store.log[0].key, store.log[0].stream) == (CASE_ID, FIRST_CONTACT)
    assert store.log[0].metadata.causation_id == OPENED.id
    [timer] = store.work.values()
    assert (timer.kind, timer.due_at) == (MISS_DEADLINE, datetime(2027, 2, 18, 23, tzinfo=UTC))


async def test_the_first_contact_meets_the_deadline(handle: Handle, store: MemoryStore) -> None:
    await deadline(handle, store, OPENED, CONTACTED, CLOSED)

    assert events(store) == [SET, MET]


@pytest.mark.parametrize(
    "order",
    [o for o in permutations([OPENED, OPENED, CONTACTED, CONTACTED]) if o[0] is OPENED],
)
async def test_what_comes_again_adds_nothing(
    handle: Handle, store: MemoryStore, order: Sequence[Recorded[Contract]]
) -> None:
    met = await deadline(handle, store, *order)

    assert events(store) == [SET, MET]
    assert (met.status, len(store.work)) == (Status.MET, 1)


async def test_what_comes_again_under_another_id_adds_nothing(
    handle: Handle, store: MemoryStore
) -> None:
    again = [replace(m, id=numbered(90 + m.position)) for m in (OPENED, CONTACTED)]

    await deadline(handle, store, OPENED, CONTACTED, *again)

    assert events(store) == [SET, MET]


@pytest.mark.parametrize(
    ("occurred", "due_on"),
    [
        ("2027-02-15", date(2027, 2, 18)),
        ("2027-02-15T22:59:59Z", date(2027, 2, 18)),
        ("2027-02-15T23:00:00Z", date(2027, 2, 19)),
        ("2027-03-27T12:00:00Z", date(2027, 3, 30)),
    ],
)
async def test_days_are_counted_in_civil_time(
    handle: Handle, store: MemoryStore, occurred: str, due_on: date
) -> None:
    opened = replace(OPENED, occurred=Occurred.parse(occurred))

    assert (await deadline(handle, store, opened)).due_on == due_on


async def test_of_a_case_opened_at_an_unknown_time_the_days_count_from_when_it_was_known(
    handle: Handle, store: MemoryStore
) -> None:
    opened = replace(OPENED, occurred=UNKNOWN, recorded_at=datetime(2027, 3, 1, tzinfo=UTC))

    assert (await deadline(handle, store, opened)).due_on == date(2027, 3, 4)


async def test_history_that_is_brought_in_late_is_kept_and_stays_silent(
    handle: Handle, store: MemoryStore
) -> None:
    years_ago = replace(OPENED, occurred=Occurred.parse("2019-03-05"))

    old = await deadline(handle, store, years_ago)

    assert (old.status, old.due_on) == (Status.OPEN, date(2019, 3, 8))
    assert store.work == {}


async def test_a_deadline_that_came_due_while_this_service_was_down_is_not_silent(
    handle: Handle, store: MemoryStore
) -> None:
    """The message says when its cause was known, the clock when it was read: weeks later."""
    await handle(OPENED)

    assert store.log[0].recorded_at > datetime(2027, 2, 20, tzinfo=UTC)
    assert len(store.work) == 1


async def test_a_case_of_an_unknown_programme_is_parked_not_guessed_at(handle: Handle) -> None:
    unknown = replace(METADATA, programme="no-programme", programme_version=1)

    with pytest.raises(UnknownProgramme):
        await handle(replace(OPENED, metadata=unknown))


def test_every_type_that_is_reacted_to_is_published(programmes: Programmes) -> None:
    assert reactions(programmes).keys() <= registry(programmes.track_steps()).keys()
    assert reactions(programmes).keys() == {OPENED.type, CONTACTED.type}
