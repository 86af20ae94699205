"""Once a case is closed its deadlines are silent, but those that go on after that."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.contracts import registry, type_name
from events.contracts.casefile import (
    CaseClosed,
    CaseOpened,
    CaseReopened,
    ConsentGiven,
    ConsentWithdrawn,
)
from events.contracts.contract import Contract
from events.history import facts
from events.memory import MemoryStore
from events.occurrence import UNKNOWN, Occurred
from events.store import Recorded, WriteSet
from events.testing import METADATA, FixedClock, lived, numbered, outcome, published
from programmes.loader import Programmes, load
from scheduling.codec import CODEC
from scheduling.deadline.decider import DEADLINE
from scheduling.deadline.events import DeadlineMissed, DeadlineSet, DeadlineSilenced
from scheduling.deadline.examples import CASE_ID
from scheduling.reactions import consents, deadlines, of_consents, of_deadlines
from scheduling.spell.decider import SPELL, spell_decider
from scheduling.spell.events import SpellEvent
from scheduling.spell.examples import BEGAN, ENDED
from scheduling.work.deadlines import deadline_misser

Passed = Callable[..., Awaitable[list[type]]]
UNDER_PROGRAMME = replace(METADATA, programme="medical-incidents", programme_version=1)
ENDED_AGAIN = replace(ENDED, spell=2, occurred=Occurred.parse("2027-02-18"))


@pytest.mark.parametrize(
    ("told", "ended"),
    [
        ([], False),
        ([ENDED], True),
        ([ENDED, BEGAN], False),
        ([ENDED, BEGAN, ENDED_AGAIN], True),
        ([replace(ENDED, occurred=UNKNOWN), replace(BEGAN, occurred=UNKNOWN)], False),
    ],
)
def test_a_case_is_closed_since_its_last_spell_ended(
    told: Sequence[SpellEvent], *, ended: bool
) -> None:
    """In whatever order it comes here."""
    for order in permutations(told):
        assert spell_decider.fold(order).ended is ended


@given(told=st.lists(st.tuples(st.sampled_from([ENDED, BEGAN]), st.integers(1, 4))))
def test_the_highest_spell_decides_and_its_end_counts(told: list[tuple[SpellEvent, int]]) -> None:
    """Whatever was told, in whatever order, and however often."""
    events = lived(spell_decider, [replace(event, spell=spell) for event, spell in told])

    last = max((spell for _, spell in told), default=0)
    assert spell_decider.fold(events).ended is ((ENDED, last) in told)
    assert len(events) == len({(type(event), spell) for event, spell in told})


@pytest.mark.parametrize("told", [ENDED, BEGAN])
def test_what_is_told_again_adds_nothing(told: SpellEvent) -> None:
    assert outcome(spell_decider, given=[], when=told) == [told]
    assert outcome(spell_decider, given=[told], when=told) == []


def message(
    position: int,
    name: str,
    event: Contract,
    occurred: str,
    *,
    stream: UUID = CASE_ID,
    known: str = "2027-02-17",
) -> Recorded[Contract]:
    return published(
        position,
        name,
        event,
        occurred,
        source="casefile",
        key=CASE_ID,
        stream=stream,
        recorded_at=datetime.fromisoformat(f"{known}T12:00:00+00:00"),
        metadata=UNDER_PROGRAMME,
    )


def closed(
    position: int, occurred: str, *, spell: int = 1, known: str = "2027-02-17"
) -> Recorded[Contract]:
    event = CaseClosed(reason="no-longer-needed", spell=spell)
    return message(position, "case-closed", event, occurred, known=known)


def closing_corrected(position: int, occurred: str, corrects: UUID) -> Recorded[Contract]:
    event = CaseClosed(reason="no-longer-needed", spell=1)
    told = message(position, "case-closing-corrected", event, occurred)
    return replace(told, corrects=corrects)


def reopened(position: int, occurred: str, *, known: str = "2027-02-17") -> Recorded[Contract]:
    event = CaseReopened(reason="new-need", spell=2)
    return message(position, "case-reopened", event, occurred, known=known)


def withdrawn(position: int, occurred: str) -> Recorded[Contract]:
    event = ConsentWithdrawn(consent="support", stops=["reminders"])
    return message(position, "consent-withdrawn", event, occurred)


def step(position: int, name: str, **data: object) -> Recorded[Contract]:
    contract = registry(load().track_steps())[type_name("casefile", name)]
    event = contract.model_validate({"track": "any", "step": "any", "outcome": None, "data": data})
    return message(position, name, event, "2027-02-17", stream=TRACK)


TRACK = numbered(0xC1)
BID = DEADLINE.beside(TRACK, "settlement-answer")
APRIL = datetime(2027, 4, 1, tzinfo=UTC)
OPENED = message(1, "case-opened", CaseOpened(organisation=None, spell=1), "2027-02-15")
CLOSED, REOPENED = closed(2, "2027-02-16"), reopened(3, "2027-02-17")
CLOSED_AGAIN = closed(4, "2027-02-17", spell=2)
WITHDRAWN = withdrawn(5, "2027-02-16")
GIVEN = message(
    6,
    "consent-given",
    ConsentGiven(consent="support", form="written", scopes=["whole-service"], studies=[]),
    "2027-02-17",
)


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
    passed: Passed,
    told: Sequence[Recorded[Contract]],
    events: Sequence[type],
) -> None:
    assert await passed(*told) == events


@pytest.mark.parametrize(
    ("told", "events"),
    [
        ([REOPENED], [DeadlineSet, DeadlineSilenced, DeadlineMissed]),
        ([REOPENED, REOPENED], [DeadlineSet, DeadlineSilenced, DeadlineMissed]),
        ([REOPENED, CLOSED_AGAIN], [DeadlineSet, DeadlineSilenced, DeadlineMissed]),
        ([reopened(3, "2027-02")], [DeadlineSet, DeadlineSilenced, DeadlineMissed]),
        ([reopened(3, "unknown")], [DeadlineSet, DeadlineSilenced, DeadlineMissed]),
        ([reopened(3, "2027-02-17", known="2027-02-20")], [DeadlineSet, DeadlineSilenced]),
        ([withdrawn(4, "2027-02-20"), REOPENED], [DeadlineSet, DeadlineSilenced]),
    ],
)
async def test_what_passed_while_the_case_was_closed_rests_when_it_opens_again(
    passed: Passed,
    told: Sequence[Recorded[Contract]],
    events: Sequence[type],
) -> None:
    """Unless it was known by that day to have opened, and that is handled after the timer."""
    await passed(OPENED, CLOSED)

    assert await passed(*told) == events


async def test_what_passed_before_anybody_told_of_the_closing_is_missed_once_the_case_opens_again(
    passed: Passed,
) -> None:
    late, again = (known(3, "2027-02-20", known="2027-02-20") for known in (closed, reopened))

    silenced = await passed(OPENED, late)
    missed = await passed(again)

    assert silenced == [DeadlineSet, DeadlineSilenced]
    assert missed == [*silenced, DeadlineMissed]


@pytest.mark.parametrize("day", ["2027-02-14", "2027-02-17"])
async def test_a_closing_that_is_put_right_ends_the_case_on_the_right_day(
    passed: Passed, store: MemoryStore, day: str
) -> None:
    corrected = closing_corrected(7, day, CLOSED.id)
    again = closing_corrected(8, day, corrected.id)

    await passed(OPENED, CLOSED, corrected, again)

    ends = [r for r in store.log if r.stream == SPELL.beside(CASE_ID)]
    [stands] = facts(ends)
    assert len(ends) == 2
    assert stands.occurred == Occurred.parse(day)
    assert SPELL.state(ends, SPELL.beside(CASE_ID)).ended


async def test_a_closing_that_is_put_right_after_the_case_opened_again_closes_it_no_more(
    passed: Passed, store: MemoryStore
) -> None:
    corrected = closing_corrected(7, "2027-02-15", CLOSED.id)

    became = await passed(OPENED, CLOSED, REOPENED, corrected)

    assert became == [DeadlineSet, DeadlineMissed]
    assert not SPELL.state(facts(store.log), SPELL.beside(CASE_ID)).ended


async def test_a_reopening_of_which_an_earlier_version_knew_the_team_is_told_here_too(
    passed: Passed, store: MemoryStore
) -> None:
    await store.append(WriteSet(message=(consents.GROUP, REOPENED.id)))

    assert await passed(OPENED, CLOSED, REOPENED) == [DeadlineSet, DeadlineMissed]


async def test_a_deadline_of_a_programme_that_is_not_here_any_more_ends_with_its_case(
    store: MemoryStore, programmes: Programmes
) -> None:
    here = of_deadlines(store, programmes, deadlines.reactions(programmes))
    bid = step(10, "settlement-offered", respondBy="2027-02-24")
    for told in (bid, CLOSED):
        await here(told)
    [timer] = store.work.values()

    await deadline_misser(store, Programmes(()), FixedClock(APRIL))(timer)
    await of_consents(store, Programmes(()))(REOPENED)

    became = [type(CODEC.decode(r).event) for r in store.log if r.stream == BID]
    assert became == [DeadlineSet, DeadlineSilenced, DeadlineMissed]


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
    passed: Passed,
    store: MemoryStore,
    caused: Recorded[Contract],
    policy: str,
    events: Sequence[type],
    *,
    closed_first: bool,
) -> None:
    told = [CLOSED, caused] if closed_first else [caused, CLOSED]

    became = await passed(*told, of=DEADLINE.beside(TRACK, policy))

    told_ = (CODEC.decode(r).event for r in store.log)
    set_ = next(event for event in told_ if isinstance(event, DeadlineSet))
    assert became == events
    assert set_.silent is (closed_first and policy != "settlement-answer")


async def test_consent_that_is_withdrawn_silences_a_bid_too(
    passed: Passed,
) -> None:
    bid = step(10, "settlement-offered", respondBy="2027-02-24")

    assert await passed(bid, WITHDRAWN, of=BID) == [DeadlineSet, DeadlineSilenced]
