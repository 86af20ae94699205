"""For every two times the rows say what the log says, in whatever order the log came in."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.examples import (
    BACKUP,
    BEGIN,
    CALLED,
    CASE_MANAGER,
    HOSPITAL,
    KEY,
    OTHER_HOSPITAL,
    day,
    identity,
    told,
)
from analytics.log import Fact
from analytics.views.caseload import caseload
from analytics.views.effort import EFFORT
from analytics.views.every import every
from analytics.views.milestones import milestone_of, milestones
from analytics.views.offers import OFFERS
from analytics.views.progress import PROGRESS
from events.contracts.casefile import (
    ActivityLogged,
    CaseClosed,
    CaseManagerAssigned,
    CaseManagerReleased,
    CaseOpened,
    CaseReopened,
    ClientConditionChanged,
    ClientDied,
    ClientRegionRecorded,
    HeavyMarkRemoved,
    HeavyMarkSet,
    InstrumentCompleted,
    NeedClosed,
    NeedIdentified,
    NeedMet,
    TrackStepRecorded,
)
from events.contracts.contract import Contract
from events.contracts.intake import (
    CandidateIdentified,
    CriterionAssessed,
    OfferAccepted,
    OfferDeclined,
    OfferMade,
    OfferWithheld,
    OriginDated,
    ReferralAccepted,
    ReferralMade,
    ReferralScreenedOut,
    ReferralWithdrawn,
)
from events.history import FOREVER
from events.testing import numbered
from events.views import View, materialise
from programmes import load

EVENTS: list[Contract] = [
    CandidateIdentified(organisation=HOSPITAL, origin="2018-07"),
    CandidateIdentified(organisation=OTHER_HOSPITAL, origin=None),
    OfferMade(attempt=1, channel="phone", by_function="doctor"),
    OfferMade(attempt=2, channel="phone", by_function="doctor"),
    OfferWithheld(reason="cannot-cope"),
    OfferAccepted(attempt=1, reasons=["clear-need"]),
    OfferAccepted(attempt=2, reasons=[]),
    OfferDeclined(attempt=1, reasons=["unknown", "too-late"]),
    OriginDated(origin="2018-07-02"),
    ReferralMade(source="self", organisation=None, origin="2018-07-03"),
    CriterionAssessed(criterion="calamity", outcome="yes", criteria_version=1),
    CriterionAssessed(criterion="calamity", outcome="unknown", criteria_version=1),
    ReferralScreenedOut(criteria_version=1, reason="other-problem"),
    ReferralAccepted(criteria_version=2, organisation=None),
    ReferralWithdrawn(reason="unknown"),
    CaseOpened(organisation=None, spell=1),
    CaseOpened(organisation=None, spell=2),
    CaseManagerAssigned(case_manager=CASE_MANAGER, role="case-manager"),
    CaseManagerAssigned(case_manager=CASE_MANAGER, role="backup"),
    CaseManagerAssigned(case_manager=BACKUP, role="backup"),
    CaseManagerReleased(case_manager=CASE_MANAGER),
    ClientRegionRecorded(region="utrecht"),
    ClientRegionRecorded(region="unknown"),
    HeavyMarkSet(reason="other"),
    HeavyMarkRemoved(reason="heavy-no-longer"),
    ClientConditionChanged(condition="worsened"),
    ClientConditionChanged(condition="critical"),
    ClientDied(person=None),
    CaseClosed(reason="support-completed", spell=1),
    CaseClosed(reason="settled", spell=2),
    CaseReopened(reason="new-need", spell=2),
    CaseReopened(reason="new-need", spell=3),
    CaseOpened(organisation=HOSPITAL, spell=1),
    CALLED,
    CALLED.model_copy(update={"case_manager": BACKUP}),
    NeedIdentified(need=numbered(1), field="practical", theme=None),
    NeedIdentified(need=numbered(2), field="legal", theme="social"),
    NeedMet(need=numbered(1), met_by="network"),
    NeedMet(need=numbered(1), met_by="case-manager"),
    NeedClosed(need=numbered(2)),
    InstrumentCompleted(instrument="life-domains", wave="first", scores={"housing": 6.0}),
    InstrumentCompleted(instrument="life-domains", wave="second", scores={"housing": 8.0}),
    TrackStepRecorded(track="liability", step="claim-filed", outcome=None),
    TrackStepRecorded(track="liability", step="represented", outcome="lawyer"),
    TrackStepRecorded(track="liability", step="represented", outcome="none"),
]
STEPS = {"claim-filed": "liability-claim-filed", "represented": "liability-representation-arranged"}
CLAIMS = (numbered(11), numbered(12))
"""Two of one kind beside one case."""
CASELOAD = caseload(load())
MILESTONES = milestones(load())
VIEWS = every(load())

days = st.integers(0, 40)
occurrences = days.map(day) | st.just("unknown") | st.sampled_from(["2018-07", "2018-08", "2018"])


@st.composite
def logs(draw: st.DrawFn, among: Sequence[Contract] = tuple(EVENTS)) -> list[Fact]:
    """Anything may have happened at any time, and been corrected after it was recorded."""
    log: list[Fact] = []
    recorded = 0
    for position in range(1, draw(st.integers(1, 8)) + 1):
        corrected = draw(st.none() | st.sampled_from(log)) if log else None
        event = draw(st.sampled_from([e for e in among if not corrected or may(e, corrected)]))
        claim = corrected.stream if corrected else draw(st.sampled_from(CLAIMS))
        recorded += draw(st.integers(0, 12))
        fact = told(
            position,
            event,
            draw(occurrences),
            recorded=day(recorded),
            corrects=corrected.id if corrected else None,
            **beside(event, claim),
        )
        log.append(fact)
    return log


def may(event: Contract, corrected: Fact) -> bool:
    """Whether it may stand in the place of the corrected; a step stays the step that it is."""
    same = type(event) is type(corrected.event)
    return same and getattr(event, "step", None) == getattr(corrected.event, "step", None)


def beside(event: Contract, claim: UUID) -> dict[str, Any]:
    """A step has the type that its programme gives it, and is one of a track."""
    if not isinstance(event, TrackStepRecorded):
        return {}
    return {"type_": f"leidraad.casefile.{STEPS[event.step]}.v1", "stream": claim}


moments = days.map(lambda number: BEGIN + timedelta(days=number, hours=12))


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
@given(log=logs(), seed=st.integers(0, 1000))
def test_any_order_of_arrival_gives_the_same_rows(view: View, log: list[Fact], seed: int) -> None:
    shuffled = random.Random(seed).sample(log, len(log))  # noqa: S311 - no secret

    assert materialise(view, {KEY: shuffled}) == materialise(view, {KEY: log})


@given(log=logs(), as_of=moments, known_at=moments)
def test_offers_are_what_a_walk_through_the_log_finds(
    log: list[Fact], as_of: datetime, known_at: datetime
) -> None:
    known = walk(of(OFFERS, log), as_of, known_at)
    candidates = [f.event for f in known if isinstance(f.event, CandidateIdentified)]
    made = [f for f in known if isinstance(f.event, OfferMade)]
    answers = sorted(
        (f.event for f in known if isinstance(f.event, OfferAccepted | OfferDeclined)),
        key=lambda answer: answer.attempt,
    )

    found = shown(OFFERS, log, as_of, known_at)

    assert [row["organisation"] for row in found] == [c.organisation for c in candidates[-1:]]
    for row in found:
        assert row["attempts"] == len(made)
        assert row["offered"] == bool(made or answers)
        if answers:
            accepted = isinstance(answers[-1], OfferAccepted)
            assert (row["answer"], row["reasons"]) == (
                "accepted" if accepted else "declined",
                answers[-1].reasons,
            )


@given(log=logs(), as_of=moments, known_at=moments)
def test_progress_is_what_a_walk_through_the_log_finds(
    log: list[Fact], as_of: datetime, known_at: datetime
) -> None:
    events = [f.event for f in walk(of(PROGRESS, log), as_of, known_at)]
    opened = [e.spell for e in events if isinstance(e, CaseOpened | CaseReopened)]
    screened = any(isinstance(e, ReferralAccepted | ReferralScreenedOut) for e in events)
    withdrawn = any(isinstance(e, ReferralWithdrawn) for e in events)
    closed = [e.spell for e in events if isinstance(e, CaseClosed)]

    found = shown(PROGRESS, log, as_of, known_at)

    for row in found:
        assert row["identified"] == any(isinstance(e, CandidateIdentified) for e in events)
        assert row["referred"] == any(isinstance(e, ReferralMade) for e in events)
        assert row["screened_out"] == any(isinstance(e, ReferralScreenedOut) for e in events)
        assert row["withdrawn"] == withdrawn
        assert row["waiting"] == (row["referred"] and not (screened or withdrawn or opened))
        assert row["supported"] == bool(opened)
        assert row["closed"] == (bool(opened) and max(opened) <= max(closed, default=0))
    assert len(found) == any(isinstance(e, tuple(PROGRESSING)) for e in events)


PROGRESSING = {
    CandidateIdentified,
    OfferMade,
    OfferAccepted,
    OfferDeclined,
    ReferralMade,
    ReferralAccepted,
    ReferralScreenedOut,
    ReferralWithdrawn,
    CaseOpened,
    CaseReopened,
    CaseClosed,
}


@given(log=logs(), as_of=moments, known_at=moments)
def test_the_caseload_is_what_a_walk_through_the_log_finds(
    log: list[Fact], as_of: datetime, known_at: datetime
) -> None:
    """A spell that is closed is over; the next begins without a team."""
    team: dict[object, str] = {}
    region, heavy = "unknown", False
    spells = [0]
    for fact in walk(of(CASELOAD, log), as_of, known_at):
        match fact.event:
            case CaseOpened(spell=spell):
                spells.append(spell)
            case CaseReopened(spell=spell):
                spells.append(spell)
                team = {}
            case CaseManagerAssigned(case_manager=case_manager, role=role):
                team[case_manager] = role
            case CaseManagerReleased(case_manager=case_manager):
                team.pop(case_manager, None)
            case ClientRegionRecorded(region=told_region):
                region = told_region
            case HeavyMarkSet() | ClientDied() | ClientConditionChanged(condition="critical"):
                heavy = True
            case HeavyMarkRemoved():
                heavy = False
            case CaseClosed(spell=spell):
                spells.append(spell + 0.5)  # type: ignore[arg-type]

    found = shown(CASELOAD, log, as_of, known_at)

    open_now = max(spells) in {1, 2, 3}
    assert {row["case_manager"]: row["role"] for row in found} == (team if open_now else {})
    assert all((row["region"], row["heavy"]) == (region, heavy) for row in found)
    assert sum(row["counted"] for row in found) == min(len(found), 1)


@given(log=logs(), as_of=moments, known_at=moments)
def test_effort_is_what_a_walk_through_the_log_finds(
    log: list[Fact], as_of: datetime, known_at: datetime
) -> None:
    read = of(EFFORT, log)
    known = walk(read, as_of, known_at)
    done = {f.id: f.event.case_manager for f in known if isinstance(f.event, ActivityLogged)}
    opened = [f.event for f in walk(read, FOREVER, known_at) if isinstance(f.event, CaseOpened)]
    organisation = opened[0].organisation if opened else None

    found = [row for row in believed(EFFORT, log, known_at) if row["happened_at"] <= as_of]

    assert {row["event"]: row["case_manager"] for row in found} == done
    assert all(row["organisation"] == organisation for row in found)


@given(log=logs(), as_of=moments, known_at=moments)
def test_milestones_are_what_a_walk_through_the_log_finds(
    log: list[Fact], as_of: datetime, known_at: datetime
) -> None:
    known = walk(log, as_of, known_at)
    firsts = {milestone_of(f.type): f.id for f in reversed(known)}
    told = [getattr(f.event, "organisation", None) for f in walk(log, FOREVER, known_at)]
    organisation = next(filter(None, told), None)

    found = [row for row in believed(MILESTONES, log, known_at) if row["happened_at"] <= as_of]
    named = {row["milestone"]: row["event"] for row in found if row["first"]}

    brought = {"incident", "legal"}
    assert {name: event for name, event in named.items() if name not in brought} == firsts
    assert all(row["organisation"] == organisation for row in found)
    assert sorted((row["track_id"], row["event"]) for row in found if row.get("track")) == sorted(
        (fact.stream, fact.id) for fact in known if isinstance(fact.event, TrackStepRecorded)
    )


SPELLS = [e for e in EVENTS if isinstance(e, CaseOpened | CaseClosed | CaseReopened)]


@given(log=logs(SPELLS), as_of=moments, known_at=moments)
def test_a_closing_stands_until_a_later_spell_begins(
    log: list[Fact], as_of: datetime, known_at: datetime
) -> None:
    known = walk(log, as_of, known_at)
    begun = [f.event.spell for f in known if isinstance(f.event, CaseOpened | CaseReopened)]
    closed = {f.event.spell for f in known if isinstance(f.event, CaseClosed)}

    found = [
        row
        for row in believed(MILESTONES, log, known_at)
        if row["milestone"] == "case-closed" and row["happened_at"] <= as_of
    ]
    standing = [row for row in found if (row.get("reopened_at") or FOREVER) > as_of]

    assert bool(standing) == (max(closed, default=0) >= max(begun, default=1))


def of(view: View, log: Sequence[Fact]) -> list[Fact]:
    """What a view reads: a day takes its place among these, whatever else was told."""
    return [fact for fact in log if view.reads(fact)]


def walk(log: Sequence[Fact], as_of: datetime, known_at: datetime) -> list[Fact]:
    """What had happened, as was known: corrections followed one by one."""
    standing: dict[object, Fact] = {}
    stands_for: dict[object, object] = {}
    for fact in sorted(log, key=lambda f: (f.recorded_at, f.source, f.position)):
        if fact.recorded_at <= known_at:
            root = stands_for.get(fact.corrects, fact.corrects) if fact.corrects else fact.id
            stands_for[fact.id] = root
            standing[root] = fact
    places: list[tuple[datetime, Fact]] = []
    for fact in standing.values():
        began, ended = fact.occurred.at or fact.recorded_at, fact.occurred.end
        within = [place for place, _ in places if ended and began < place < ended]
        places.append((max([began, *within]), fact))
    return [fact for at, fact in sorted(places, key=lambda p: p[0]) if at <= as_of]


def shown(
    view: View, log: Sequence[Fact], as_of: datetime, known_at: datetime
) -> list[dict[str, Any]]:
    """The rows that a figure for these two times would count."""
    rows = believed(view, log, known_at)
    return [row for row in rows if row["held_from"] <= as_of < row["held_until"]]


def believed(view: View, log: Sequence[Fact], known_at: datetime) -> list[dict[str, Any]]:
    rows = materialise(view, {KEY: log})
    return [row for row in rows if row["believed_from"] <= known_at < row["believed_until"]]


def test_a_walk_follows_a_correction_of_a_correction() -> None:
    log = [
        told(1, EVENTS[0], day(1)),
        told(2, EVENTS[1], day(2), recorded=day(3), corrects=identity(1)),
        told(3, EVENTS[0], day(3), recorded=day(4), corrects=identity(2)),
    ]

    assert walk(log, BEGIN + timedelta(days=9), BEGIN + timedelta(days=9)) == [log[2]]
