"""What happens to a case sets and meets the deadlines that its programme defines."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from events.consumer import react
from events.contracts import registry, type_name
from events.contracts.casefile import (
    ActivityLogged,
    CaseClosed,
    CaseOpened,
    ClientConditionChanged,
    FirstContactMade,
)
from events.contracts.contract import Contract
from events.contracts.intake import (
    CandidateIdentified,
    OfferAccepted,
    OfferDeclined,
    OfferMade,
    OfferUnanswered,
    OfferWithheld,
    OriginAssessed,
)
from events.history import facts
from events.lanes import Handle
from events.memory import MemoryStore
from events.occurrence import UNKNOWN, Occurred
from events.store import Recorded
from events.testing import METADATA, FixedClock, numbered, published
from programmes.loader import Programmes, UnknownProgramme, load
from scheduling.deadline.decider import DEADLINE, Deadline, Status
from scheduling.deadline.events import DeadlineMet
from scheduling.deadline.examples import CASE_ID, FIRST_CONTACT, MET, SET
from scheduling.deadline.work import MISS_DEADLINE
from scheduling.reactions.deadlines import GROUP, reactions
from scheduling.work.deadlines import deadline_misser

UNDER_PROGRAMME = replace(METADATA, programme="medical-incidents", programme_version=1)


def message(
    position: int, name: str, event: Contract, occurred: str, recorded_at: str
) -> Recorded[Contract]:
    return published(
        position,
        name,
        event,
        occurred,
        source="casefile",
        key=CASE_ID,
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


CORRECTED = replace(
    message(
        4,
        "first-contact-corrected",
        FirstContactMade(channel="phone"),
        "2027-02-17",
        "2027-02-22T12:00:00Z",
    ),
    corrects=CONTACTED.id,
)
CONTACTED_LATE = replace(CONTACTED, occurred=Occurred.parse("2027-02-20"))


async def test_a_deadline_was_met_when_it_was_by_what_is_put_right(
    handle: Handle, store: MemoryStore
) -> None:
    met = await deadline(handle, store, OPENED, CONTACTED_LATE, CORRECTED, CORRECTED)

    late, in_time = store.log[1:]
    assert DEADLINE.codec.decode(late).event == replace(MET, late=True, occurred=late.occurred)
    assert DEADLINE.codec.decode(in_time).event == replace(MET, corrects=late.id)
    assert met.met == CORRECTED.occurred
    known = facts(store.log)
    assert DEADLINE.state(known, FIRST_CONTACT).met == CORRECTED.occurred


async def test_what_met_a_deadline_is_put_right_twice_though_the_first_time_left_the_day(
    handle: Handle, store: MemoryStore
) -> None:
    left = replace(CORRECTED, id=numbered(8), occurred=CONTACTED_LATE.occurred)
    moved = replace(CORRECTED, corrects=left.id)
    again = replace(moved, id=numbered(9))

    met = await deadline(handle, store, OPENED, CONTACTED_LATE, left, moved, again)

    assert met.met == CORRECTED.occurred
    assert DEADLINE.state(facts(store.log), FIRST_CONTACT).met == CORRECTED.occurred
    assert len(store.log) == 4


async def test_what_met_no_deadline_may_meet_one_that_stands_by_being_put_right(
    handle: Handle, store: MemoryStore
) -> None:
    told, of_it = (WORSE, CALLED_BEFORE), CALLED_BEFORE.id
    after = replace(CALLED, id=numbered(13), type=CALL_CORRECTED, corrects=of_it)
    before = replace(after, id=numbered(14), occurred=CALLED_BEFORE.occurred)
    policy: Any = {"policy": "condition-worsened", "track": CASE_ID}

    asked = await of_track(handle, store, *told, before, **policy)
    met = await of_track(handle, store, after, **policy)
    await handle(replace(after, id=numbered(15), corrects=numbered(8), occurred=UNKNOWN))

    assert (asked.status, met.status) == (Status.OPEN, Status.MET)
    assert DEADLINE.state(store.log, DEADLINE.beside(CASE_ID, "condition-worsened")) == met


async def test_a_step_that_is_put_right_meets_its_deadline_when_it_was(
    handle: Handle, store: MemoryStore
) -> None:
    late = replace(REFUSED, occurred=Occurred.parse("2027-02-10"))
    right = step(13, "settlement-rejected", "2027-02-07", corrects=late.id)

    await of_track(handle, store, BID, late, right, policy="settlement-answer")
    known = facts(store.log)

    told = [DEADLINE.codec.decode(recorded).event for recorded in store.log[1:]]
    assert [event.late for event in told if isinstance(event, DeadlineMet)] == [True, False]
    read = DEADLINE.state(known, DEADLINE.beside(CLAIM, "settlement-answer"))
    assert (read.status, read.met) == (Status.MET, right.occurred)


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


CLAIM, OTHER_CLAIM = numbered(0xC1), numbered(0xC2)


def step(
    position: int,
    name: str,
    occurred: str,
    *,
    stream: UUID = CLAIM,
    outcome: str | None = None,
    corrects: UUID | None = None,
    **data: object,
) -> Recorded[Contract]:
    """A track step as it is published, by its event name, recorded when it happened."""
    contract = registry(load().track_steps())[type_name("casefile", name)]
    event = contract.model_validate(
        {"track": "any", "step": "any", "outcome": outcome, "data": data}
    )
    told = message(position, name, event, occurred, f"{occurred}T12:00:00Z")
    return replace(told, stream=stream, corrects=corrects)


BID = step(10, "settlement-offered", "2027-02-01", respondBy="2027-02-08")
REFUSED = step(11, "settlement-rejected", "2027-02-07")
SECOND_BID = step(12, "settlement-offered", "2027-02-20", respondBy="2027-03-12")


async def of_track(
    handle: Handle, store: MemoryStore, *told: Recorded[Contract], policy: str, track: UUID = CLAIM
) -> Deadline:
    for each in told:
        await handle(each)
    return DEADLINE.state(store.log, DEADLINE.beside(track, policy))


async def test_a_step_says_itself_by_when_it_is_to_be_answered(
    handle: Handle, store: MemoryStore
) -> None:
    due = await of_track(handle, store, BID, policy="settlement-answer")
    met = await of_track(handle, store, REFUSED, policy="settlement-answer")

    assert (due.status, due.due_on) == (Status.OPEN, date(2027, 2, 8))
    assert met.status is Status.MET
    assert store.log[0].key == CASE_ID


async def test_a_second_bid_is_to_be_answered_too(handle: Handle, store: MemoryStore) -> None:
    told = (BID, REFUSED, SECOND_BID)

    again = await of_track(handle, store, *told, policy="settlement-answer")

    assert (again.status, again.due_on) == (Status.OPEN, date(2027, 3, 12))
    assert len(store.work) == 2


async def test_a_bid_whose_day_is_put_right_moves_its_deadline(
    handle: Handle, store: MemoryStore
) -> None:
    right = step(13, "settlement-offered", "2027-02-01", corrects=BID.id, respondBy="2027-02-15")

    moved = await of_track(handle, store, BID, right, policy="settlement-answer")

    assert (moved.status, moved.due_on) == (Status.OPEN, date(2027, 2, 15))


async def test_a_bid_that_another_followed_moves_no_deadline_by_being_put_right(
    handle: Handle, store: MemoryStore
) -> None:
    right = step(13, "settlement-offered", "2027-02-01", corrects=BID.id, respondBy="2027-02-10")

    due = await of_track(handle, store, BID, SECOND_BID, right, policy="settlement-answer")
    known = facts(store.log)

    assert (due.status, due.due_on) == (Status.OPEN, date(2027, 3, 12))
    assert DEADLINE.state(known, DEADLINE.beside(CLAIM, "settlement-answer")) == due


async def test_a_cause_that_is_put_right_after_its_answer_of_the_same_day_leaves_it_met(
    handle: Handle, store: MemoryStore
) -> None:
    refused = replace(REFUSED, occurred=BID.occurred)
    right = step(13, "settlement-offered", "2027-02-01", corrects=BID.id, respondBy="2027-02-15")

    met = await of_track(handle, store, BID, refused, right, policy="settlement-answer")

    assert (met.status, met.due_on) == (Status.MET, date(2027, 2, 8))
    known = facts(store.log)
    assert DEADLINE.state(known, DEADLINE.beside(CLAIM, "settlement-answer")) == met


async def test_a_cause_is_put_right_after_a_correction_that_said_no_day(
    handle: Handle, store: MemoryStore
) -> None:
    forgot = step(13, "settlement-offered", "2027-02-01", corrects=BID.id)
    right = step(14, "settlement-offered", "2027-01-30", corrects=forgot.id, respondBy="2027-02-12")

    left = await of_track(handle, store, BID, forgot, policy="settlement-answer")
    moved = await of_track(handle, store, right, policy="settlement-answer")

    assert (left.status, left.due_on) == (Status.OPEN, date(2027, 2, 8))
    assert (moved.status, moved.due_on) == (Status.OPEN, date(2027, 2, 12))
    known = facts(store.log)
    assert DEADLINE.state(known, DEADLINE.beside(CLAIM, "settlement-answer")) == moved


async def test_what_was_answered_stays_so_when_its_cause_is_put_right_twice(
    handle: Handle, store: MemoryStore
) -> None:
    amount = replace(BID, id=numbered(13), corrects=BID.id)
    day = replace(amount, id=numbered(14), corrects=amount.id, occurred=REFUSED.occurred)

    met = await of_track(handle, store, BID, REFUSED, amount, day, policy="settlement-answer")

    assert (met.status, met.met) == (Status.MET, REFUSED.occurred)
    known = facts(store.log)
    assert DEADLINE.state(known, DEADLINE.beside(CLAIM, "settlement-answer")).status is Status.MET


async def test_a_cause_that_was_taken_away_by_mistake_is_there_again(
    handle: Handle, store: MemoryStore
) -> None:
    name, day = "calamity-report-finished", "2027-02-01"
    silent = step(10, name, day, outcome="not-stated")
    wrong = step(11, name, day, outcome="calamity", corrects=silent.id)
    still = step(12, name, day, outcome="no-calamity", corrects=wrong.id)
    right = step(13, name, day, outcome="not-stated", corrects=still.id)

    over = await of_track(handle, store, silent, wrong, still, policy="result-not-stated")
    again = await of_track(handle, store, right, policy="result-not-stated")

    read = DEADLINE.state(facts(store.log), DEADLINE.beside(CLAIM, "result-not-stated"))
    assert over.status is Status.MET
    for now in (again, read):
        assert (now.status, now.due_on) == (Status.OPEN, date(2027, 3, 1))


async def test_a_cause_that_is_there_again_is_not_moved_by_a_correction_of_another(
    handle: Handle, store: MemoryStore
) -> None:
    name, day = "calamity-report-finished", "2027-02-01"
    silent = step(10, name, day, outcome="not-stated")
    wrong = step(11, name, day, outcome="calamity", corrects=silent.id)
    right = step(12, name, day, outcome="not-stated", corrects=wrong.id)
    other = step(13, name, "2027-01-20", outcome="not-stated", corrects=numbered(99))
    moved = step(14, name, "2027-02-03", outcome="not-stated", corrects=right.id)

    again = await of_track(handle, store, silent, wrong, right, other, policy="result-not-stated")
    later = await of_track(handle, store, moved, policy="result-not-stated")

    assert (again.status, again.due_on) == (Status.OPEN, date(2027, 3, 1))
    assert (later.status, later.due_on) == (Status.OPEN, date(2027, 3, 3))


async def test_a_bid_that_was_told_of_late_moves_no_deadline_by_being_put_right(
    handle: Handle, store: MemoryStore
) -> None:
    right = step(13, "settlement-offered", "2027-02-01", corrects=BID.id, respondBy="2027-02-10")

    due = await of_track(handle, store, SECOND_BID, BID, right, policy="settlement-answer")

    assert (due.status, due.due_on) == (Status.OPEN, date(2027, 3, 12))
    assert len(store.log) == 1


async def test_an_answer_that_turns_out_to_be_that_to_a_later_bid_is_so_once(
    handle: Handle, store: MemoryStore
) -> None:
    right = step(14, "settlement-rejected", "2027-02-25", corrects=REFUSED.id)
    told = (BID, REFUSED, SECOND_BID, right)

    met = await of_track(handle, store, *told, policy="settlement-answer")
    known = [DEADLINE.codec.decode(recorded).event for recorded in facts(store.log)]

    assert (met.status, met.met) == (Status.MET, right.occurred)
    assert [e.occurred for e in known if isinstance(e, DeadlineMet)] == [right.occurred]


async def test_a_missed_deadline_is_missed_still_when_its_cause_is_put_right_and_left(
    handle: Handle, store: MemoryStore, programmes: Programmes
) -> None:
    miss = deadline_misser(store, programmes, FixedClock(datetime(2027, 3, 13, tzinfo=UTC)))
    left = replace(BID, id=numbered(13), corrects=BID.id)
    right = step(14, "settlement-offered", "2027-02-01", corrects=left.id, respondBy="2027-03-20")

    await handle(BID)
    [timer] = store.work.values()
    await miss(timer)
    missed = await of_track(handle, store, left, policy="settlement-answer")
    read = DEADLINE.state(facts(store.log), DEADLINE.beside(CLAIM, "settlement-answer"))
    moved = await of_track(handle, store, right, policy="settlement-answer")

    assert missed == read
    assert (missed.status, missed.due_on) == (Status.MISSED, date(2027, 2, 8))
    assert (moved.status, moved.due_on) == (Status.OPEN, date(2027, 3, 20))


@pytest.mark.parametrize("first", ["2027-02-01", "2027-01-30"])
async def test_a_cause_is_put_right_again_whether_it_left_its_deadline_or_moved_it(
    handle: Handle, store: MemoryStore, first: str
) -> None:
    put_off = step(10, "client-hearing-postponed", "2027-02-01")
    right = step(11, "client-hearing-postponed", first, corrects=put_off.id)
    again = step(12, "client-hearing-postponed", "2027-01-27", corrects=right.id)

    moved = await of_track(handle, store, put_off, right, again, policy="hearing-postponed")
    known = facts(store.log)

    assert moved.due_on == date(2027, 2, 24)
    assert DEADLINE.state(known, DEADLINE.beside(CLAIM, "hearing-postponed")) == moved


async def test_a_bid_that_names_no_day_sets_no_deadline(handle: Handle, store: MemoryStore) -> None:
    await handle(step(10, "settlement-offered", "2027-02-01", amount=4000))

    assert store.log == []


async def test_each_of_two_claims_has_its_own_deadline(handle: Handle, store: MemoryStore) -> None:
    other = replace(SECOND_BID, stream=OTHER_CLAIM)

    first = await of_track(handle, store, BID, other, REFUSED, policy="settlement-answer")
    second = DEADLINE.state(store.log, DEADLINE.beside(OTHER_CLAIM, "settlement-answer"))

    assert (first.status, second.status) == (Status.MET, Status.OPEN)


async def test_an_outcome_sets_a_task_and_another_takes_it_away(
    handle: Handle, store: MemoryStore
) -> None:
    silent = step(10, "calamity-report-finished", "2027-02-01", outcome="not-stated")
    right = step(
        11, "calamity-report-finished", "2027-02-01", outcome="calamity", corrects=silent.id
    )

    asked = await of_track(handle, store, silent, policy="result-not-stated")
    over = await of_track(handle, store, right, policy="result-not-stated")

    assert (asked.status, asked.due_on) == (Status.OPEN, date(2027, 3, 1))
    assert over.status is Status.MET


ASSESSMENT = OriginAssessed(
    status="possible-calamity",
    kind="unknown",
    consequence="unknown",
    pending=True,
    organisation=CLAIM,
    criteria_version=2,
)
SUSPECTED = ("origin-assessed", ASSESSMENT, "2027-02-01")
CONFIRMED = ("origin-assessed", ASSESSMENT.model_copy(update={"status": "calamity"}), "2027-02-10")
CLEARED = ("origin-assessed", ASSESSMENT.model_copy(update={"status": "no-calamity"}), "2027-02-10")
SUSPECTED_AFTER_AN_OFFER = (
    "origin-assessed",
    ASSESSMENT.model_copy(update={"pending": False}),
    "2027-02-03",
)
SUSPECTED_AGAIN = ("origin-assessed", ASSESSMENT, "2027-02-20")
IDENTIFIED = ("candidate-identified", CandidateIdentified(organisation=CLAIM, origin=None))
OFFERED = ("offer-made", OfferMade(attempt=1, channel="phone", by_function="doctor"), "2027-02-02")
WITHHELD = ("offer-withheld", OfferWithheld(reason="unknown"), "2027-02-02")
SILENT = (
    "offer-unanswered",
    OfferUnanswered(attempt=1, again_on=date(2027, 3, 1)),
    "2027-02-08",
)
SAID_NO = (
    "offer-declined",
    OfferDeclined(attempt=1, reasons=["unknown"], again_on=date(2027, 3, 3)),
    "2027-02-10",
)
FINAL = ("offer-declined", OfferDeclined(attempt=1, reasons=["unknown"], final=True), "2027-02-11")
NO_MORE = ("offer-declined", OfferDeclined(attempt=3, reasons=["unknown"]), "2027-02-11")
ACCEPTED = ("offer-accepted", OfferAccepted(attempt=1, reasons=["unknown"]), "2027-02-20")

Told = tuple[str, Contract] | tuple[str, Contract, str]


async def in_intake(
    handle: Handle, store: MemoryStore, *told: Told, policy: str = "offer"
) -> Deadline:
    for position, (name, event, *day) in enumerate(told, start=1):
        on = day[0] if day else "2027-02-01"
        sent = message(position, name, event, on, f"{on}T12:00:00Z")
        await handle(replace(sent, source="intake", type=type_name("intake", name)))
    return DEADLINE.state(store.log, DEADLINE.beside(CASE_ID, policy))


@pytest.mark.parametrize(("organisation", "kept"), [(CLAIM, CLAIM), (None, None)])
async def test_the_task_to_offer_is_its_organisations_and_other_deadlines_are_no_organisations(
    handle: Handle, store: MemoryStore, organisation: UUID | None, kept: UUID | None
) -> None:
    told = ASSESSMENT.model_copy(update={"organisation": organisation})

    task = await in_intake(handle, store, ("origin-assessed", told), OFFERED, SILENT)
    again = DEADLINE.state(store.log, DEADLINE.beside(CASE_ID, "offer-after-silence"))

    assert (task.status, task.organisation) == (Status.MET, kept)
    assert (again.status, again.organisation) == (Status.OPEN, None)


@pytest.mark.parametrize("met_by", [OFFERED, WITHHELD])
async def test_a_possible_calamity_is_to_be_followed_by_an_offer_or_a_reason_for_none(
    handle: Handle, store: MemoryStore, met_by: Told
) -> None:
    due = await in_intake(handle, store, IDENTIFIED, SUSPECTED)
    met = await in_intake(handle, store, IDENTIFIED, SUSPECTED, met_by)

    assert (due.status, due.due_on) == (Status.OPEN, date(2027, 2, 15))
    assert met.status is Status.MET


@pytest.mark.parametrize(
    "told",
    [
        (IDENTIFIED,),
        (IDENTIFIED, CLEARED),
        (IDENTIFIED, OFFERED, SUSPECTED_AFTER_AN_OFFER),
    ],
)
async def test_whoever_was_only_identified_or_was_offered_before_sets_no_task(
    handle: Handle, store: MemoryStore, told: Sequence[Told]
) -> None:
    assert (await in_intake(handle, store, *told)).status is Status.NEW
    assert store.work == {}


async def test_a_calamity_that_is_confirmed_does_not_move_the_task(
    handle: Handle, store: MemoryStore
) -> None:
    due = await in_intake(handle, store, SUSPECTED, CONFIRMED)

    assert (due.status, due.due_on, len(store.work)) == (Status.OPEN, date(2027, 2, 15), 1)


async def test_what_turns_out_to_be_no_calamity_ends_the_task_until_it_is_one_again(
    handle: Handle, store: MemoryStore
) -> None:
    over = await in_intake(handle, store, SUSPECTED, CLEARED)
    again = await in_intake(handle, store, SUSPECTED, CLEARED, SUSPECTED_AGAIN)

    assert over.status is Status.MET
    assert (again.status, again.due_on) == (Status.OPEN, date(2027, 3, 6))


@pytest.mark.parametrize(
    ("told", "policy", "status", "due_on"),
    [
        ((SAID_NO,), "offer-after-no", Status.OPEN, date(2027, 3, 3)),
        ((SAID_NO, FINAL), "offer-after-no", Status.MET, date(2027, 3, 3)),
        ((SAID_NO, ACCEPTED), "offer-after-no", Status.MET, date(2027, 3, 3)),
        ((FINAL,), "offer-after-no", Status.NEW, date.max),
        ((NO_MORE,), "offer-after-no", Status.NEW, date.max),
        ((SILENT,), "offer-after-silence", Status.OPEN, date(2027, 3, 1)),
        ((SILENT, FINAL), "offer-after-silence", Status.MET, date(2027, 3, 1)),
        ((SILENT, SAID_NO), "offer-after-silence", Status.MET, date(2027, 3, 1)),
        ((SILENT, SAID_NO), "offer-after-no", Status.OPEN, date(2027, 3, 3)),
    ],
)
async def test_who_said_no_or_nothing_is_offered_again_on_the_day_that_the_policy_gives(
    handle: Handle,
    store: MemoryStore,
    told: Sequence[Told],
    policy: str,
    status: Status,
    due_on: date,
) -> None:
    reminder = await in_intake(handle, store, *told, policy=policy)

    assert (reminder.status, reminder.due_on) == (status, due_on)


def test_every_type_that_is_reacted_to_is_published(programmes: Programmes) -> None:
    assert reactions(programmes).keys() <= registry(programmes.track_steps()).keys()
    assert {OPENED.type, CONTACTED.type, BID.type, REFUSED.type} <= reactions(programmes).keys()


async def test_a_talk_that_was_put_off_is_to_be_held_after_all(
    handle: Handle, store: MemoryStore
) -> None:
    put_off = step(10, "client-hearing-postponed", "2027-02-01")
    held = step(11, "client-heard-by-committee", "2027-02-20", outcome="held")

    due = await of_track(handle, store, put_off, policy="hearing-postponed")
    met = await of_track(handle, store, held, policy="hearing-postponed")

    assert (due.status, due.due_on) == (Status.OPEN, date(2027, 3, 1))
    assert met.status is Status.MET


async def test_a_condition_that_worsens_asks_for_contact_by_the_next_day(
    handle: Handle, store: MemoryStore
) -> None:
    worse, better = (
        message(
            number,
            "client-condition-changed",
            ClientConditionChanged(condition=condition),
            day,
            f"{day}T12:00:00Z",
        )
        for number, condition, day in (
            (10, "critical", "2027-02-01"),
            (11, "no-longer-critical", "2027-02-02"),
        )
    )

    due = await of_track(handle, store, worse, policy="condition-worsened", track=CASE_ID)
    over = await of_track(handle, store, better, policy="condition-worsened", track=CASE_ID)

    assert (due.status, due.due_on) == (Status.OPEN, date(2027, 2, 2))
    assert over.status is Status.MET


WORSE = message(
    10,
    "client-condition-changed",
    ClientConditionChanged(condition="worsened"),
    "2027-03-10",
    "2027-03-10T12:00:00Z",
)
CALL = ActivityLogged(
    case_manager=CLAIM,
    category="contact",
    type="phone",
    contact_minutes=20,
    travel_minutes=0,
    registration_minutes=5,
)
CALL_CORRECTED = type_name("casefile", "activity-corrected")
CALLED_BEFORE, CALLED = (
    message(number, "activity-logged", CALL, day, "2027-03-11T12:00:00Z")
    for number, day in ((11, "2027-03-01"), (12, "2027-03-11"))
)


async def test_what_happened_before_the_cause_meets_no_deadline(
    handle: Handle, store: MemoryStore
) -> None:
    told, stream = (WORSE, CALLED_BEFORE), DEADLINE.beside(CASE_ID, "condition-worsened")

    asked = await of_track(handle, store, *told, policy="condition-worsened", track=CASE_ID)
    read = DEADLINE.state(facts(store.log), stream)
    met = await of_track(handle, store, CALLED, policy="condition-worsened", track=CASE_ID)

    assert asked.status is read.status is Status.OPEN
    assert met.status is Status.MET


async def test_what_turns_out_to_have_happened_before_the_cause_leaves_the_deadline_open(
    handle: Handle, store: MemoryStore, programmes: Programmes
) -> None:
    """Though its timer went off meanwhile: then it is missed after all."""
    told, stream = (WORSE, CALLED), DEADLINE.beside(CASE_ID, "condition-worsened")
    miss = deadline_misser(store, programmes, FixedClock(datetime(2027, 3, 13, tzinfo=UTC)))
    before = message(13, "activity-corrected", CALL, "2027-03-01", "2027-03-13T12:00:00Z")
    again = message(14, "activity-corrected", CALL, "2027-03-01", "2027-03-14T12:00:00Z")

    met = await of_track(handle, store, *told, policy="condition-worsened", track=CASE_ID)
    for timer in list(store.work.values()):
        await miss(timer)
    for corrected in replace(before, corrects=CALLED.id), replace(again, corrects=before.id):
        await handle(corrected)
    open_, read = (DEADLINE.state(r, stream) for r in (store.log, facts(store.log)))
    [timer] = store.work.values()
    await miss(timer)

    assert met.status is Status.MET
    assert open_ == read
    assert (open_.status, open_.due_on) == (Status.OPEN, met.due_on)
    assert DEADLINE.state(store.log, stream).status is Status.MISSED
    assert DEADLINE.state(facts(store.log), stream).status is Status.MISSED


async def test_an_offer_that_was_made_before_its_cause_is_told_of_late_ends_the_task(
    handle: Handle, store: MemoryStore
) -> None:
    told = await in_intake(handle, store, SUSPECTED, (*OFFERED[:2], "2027-01-25"))
    [stream] = {recorded.stream for recorded in store.log}

    assert told.status is Status.MET
    assert DEADLINE.state(facts(store.log), stream).status is Status.MET


async def test_a_cause_that_turns_out_to_be_none_is_gone_on_whatever_day(
    handle: Handle, store: MemoryStore
) -> None:
    silent = step(10, "calamity-report-finished", "2027-02-01", outcome="not-stated")
    right = step(
        11, "calamity-report-finished", "2027-01-31", outcome="calamity", corrects=silent.id
    )

    over = await of_track(handle, store, silent, right, policy="result-not-stated")
    known = facts(store.log)

    assert over.status is Status.MET
    assert DEADLINE.state(known, DEADLINE.beside(CLAIM, "result-not-stated")).status is Status.MET
