"""Once a case is closed its deadlines are silent, but those that go on after that."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from uuid import UUID

import pytest

from events.contracts import registry, type_name
from events.contracts.casefile import (
    CaseClosed,
    CaseOpened,
    CaseReopened,
    ConsentGiven,
    ConsentWithdrawn,
)
from events.contracts.contract import Contract
from events.lanes import Handle
from events.memory import MemoryStore
from events.occurrence import UNKNOWN, Occurred
from events.store import Recorded
from events.testing import METADATA, FixedClock, numbered, outcome, recorded
from programmes.loader import Programmes, load
from scheduling.codec import CODEC
from scheduling.deadline.decider import DEADLINE
from scheduling.deadline.events import DeadlineMissed, DeadlineSet, DeadlineSilenced
from scheduling.deadline.examples import CASE_ID, FIRST_CONTACT
from scheduling.reactions import deadlines, of_consents, of_deadlines
from scheduling.spell.decider import spell_decider
from scheduling.spell.events import SpellEvent
from scheduling.spell.examples import BEGAN, ENDED
from scheduling.work.deadlines import deadline_misser

UNDER_PROGRAMME = replace(METADATA, programme="medical-incidents", programme_version=1)
ENDED_AGAIN = replace(ENDED, spell=2, occurred=Occurred.parse("2027-02-18"))


@pytest.mark.parametrize(
    ("told", "closed"),
    [
        ([], False),
        ([ENDED], True),
        ([ENDED, BEGAN], False),
        ([ENDED, BEGAN, ENDED_AGAIN], True),
        ([replace(ENDED, occurred=UNKNOWN), replace(BEGAN, occurred=UNKNOWN)], False),
    ],
)
def test_a_case_is_closed_since_its_last_spell_ended(
    told: Sequence[SpellEvent], *, closed: bool
) -> None:
    """In whatever order it comes here."""
    for order in permutations(told):
        assert spell_decider.fold(order).closed is closed


@pytest.mark.parametrize("told", [ENDED, BEGAN])
def test_what_is_told_again_adds_nothing(told: SpellEvent) -> None:
    assert outcome(spell_decider, given=[], when=told) == [told]
    assert outcome(spell_decider, given=[told], when=told) == []


def message(
    position: int, name: str, event: Contract, occurred: str, *, stream: UUID = CASE_ID
) -> Recorded[Contract]:
    return recorded(
        event,
        position,
        source="casefile",
        key=CASE_ID,
        stream=stream,
        type=type_name("casefile", name),
        occurred=Occurred.parse(occurred),
        recorded_at=datetime(2027, 2, 17, 12, tzinfo=UTC),
        metadata=UNDER_PROGRAMME,
    )


def closed(position: int, occurred: str, *, spell: int = 1) -> Recorded[Contract]:
    event = CaseClosed(reason="no-longer-needed", spell=spell)
    return message(position, "case-closed", event, occurred)


def reopened(position: int, occurred: str) -> Recorded[Contract]:
    return message(position, "case-reopened", CaseReopened(reason="new-need", spell=2), occurred)


def step(position: int, name: str, **data: object) -> Recorded[Contract]:
    contract = registry(load().track_steps())[type_name("casefile", name)]
    event = contract.model_validate({"track": "any", "step": "any", "outcome": None, "data": data})
    return message(position, name, event, "2027-02-17", stream=TRACK)


TRACK = numbered(0xC1)
OPENED = message(1, "case-opened", CaseOpened(organisation=None, spell=1), "2027-02-15")
CLOSED, REOPENED = closed(2, "2027-02-16"), reopened(3, "2027-02-17")
CLOSED_AGAIN = closed(4, "2027-02-17", spell=2)
WITHDRAWN = message(
    5,
    "consent-withdrawn",
    ConsentWithdrawn(consent="support", stops=["reminders"]),
    "2027-02-16",
)
GIVEN = message(
    6,
    "consent-given",
    ConsentGiven(consent="support", form="written", scopes=["whole-service"], studies=[]),
    "2027-02-17",
)


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


async def passed(
    handle: Handle,
    store: MemoryStore,
    *told: Recorded[Contract],
    of: UUID = FIRST_CONTACT,
) -> list[object]:
    """What became of a deadline when the timers went off."""
    for each in told:
        await handle(each)
    for timer in list(store.work.values()):
        await deadline_misser(store, load(), FixedClock(datetime(2027, 4, 1, tzinfo=UTC)))(timer)
    return [type(CODEC.decode(r).event) for r in store.log if r.stream == of]


@pytest.mark.parametrize(
    ("told", "events"),
    [
        ([OPENED, CLOSED], [DeadlineSet, DeadlineSilenced]),
        ([OPENED, CLOSED, CLOSED], [DeadlineSet, DeadlineSilenced]),
        ([OPENED, CLOSED, REOPENED], [DeadlineSet, DeadlineMissed]),
        ([OPENED, CLOSED, REOPENED, CLOSED_AGAIN], [DeadlineSet, DeadlineSilenced]),
        ([CLOSED, OPENED, REOPENED], [DeadlineSet, DeadlineMissed]),
        ([OPENED, WITHDRAWN, CLOSED, REOPENED], [DeadlineSet, DeadlineSilenced]),
        ([OPENED, WITHDRAWN, CLOSED, GIVEN], [DeadlineSet, DeadlineSilenced]),
        ([OPENED, WITHDRAWN, CLOSED, GIVEN, REOPENED], [DeadlineSet, DeadlineMissed]),
    ],
)
async def test_a_deadline_that_passes_while_the_case_is_closed_is_silent(
    handle: Handle,
    store: MemoryStore,
    told: Sequence[Recorded[Contract]],
    events: Sequence[type],
) -> None:
    assert await passed(handle, store, *told) == events


@pytest.mark.parametrize(
    ("told", "events"),
    [
        ([REOPENED], [DeadlineSet, DeadlineSilenced, DeadlineMissed]),
        ([REOPENED, REOPENED], [DeadlineSet, DeadlineSilenced, DeadlineMissed]),
        ([REOPENED, CLOSED_AGAIN], [DeadlineSet, DeadlineSilenced, DeadlineMissed]),
        ([reopened(3, "2027-02-19")], [DeadlineSet, DeadlineSilenced]),
        ([reopened(3, "2027-02")], [DeadlineSet, DeadlineSilenced]),
        ([reopened(3, "unknown")], [DeadlineSet, DeadlineSilenced]),
    ],
)
async def test_what_passed_while_the_case_was_closed_rests_when_it_opens_again(
    handle: Handle,
    store: MemoryStore,
    told: Sequence[Recorded[Contract]],
    events: Sequence[type],
) -> None:
    """Unless it had opened by that day, and that is handled only after the timer."""
    await passed(handle, store, OPENED, CLOSED)

    assert await passed(handle, store, *told) == events


@pytest.mark.parametrize(
    ("caused", "policy", "events"),
    [
        (
            step(10, "settlement-offered", respondBy="2027-02-24"),
            "settlement-answer",
            [DeadlineSet, DeadlineMissed],
        ),
        (
            step(10, "client-hearing-postponed"),
            "hearing-postponed",
            [DeadlineSet, DeadlineSilenced],
        ),
    ],
)
@pytest.mark.parametrize("closed_first", [True, False])
async def test_a_bid_is_to_be_answered_after_closing_and_no_other_deadline_goes_on(
    handle: Handle,
    store: MemoryStore,
    caused: Recorded[Contract],
    policy: str,
    events: Sequence[type],
    *,
    closed_first: bool,
) -> None:
    told = [CLOSED, caused] if closed_first else [caused, CLOSED]

    became = await passed(handle, store, *told, of=DEADLINE.beside(TRACK, policy))

    set_ = next(e for e in (CODEC.decode(r).event for r in store.log) if hasattr(e, "silent"))
    assert became == events
    assert set_.silent is (closed_first and policy != "settlement-answer")


async def test_consent_that_is_withdrawn_silences_a_bid_too(
    handle: Handle, store: MemoryStore
) -> None:
    bid = step(10, "settlement-offered", respondBy="2027-02-24")
    of = DEADLINE.beside(TRACK, "settlement-answer")

    assert await passed(handle, store, bid, WITHDRAWN, of=of) == [DeadlineSet, DeadlineSilenced]
