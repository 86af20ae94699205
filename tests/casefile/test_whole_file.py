"""The whole file of a case: the same in whatever order it was told, and as folded by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic.alias_generators import to_camel

from casefile.backup import events as backup
from casefile.backup.decider import BACKUP, TakeOver
from casefile.backup.examples import HANDED_BACK, TOOK_OVER
from casefile.case import events as case
from casefile.case.answer import case_answer
from casefile.case.beside import on_case
from casefile.case.corrections import CorrectFirstContact, CorrectFirstVisit
from casefile.case.decider import CASE, AssignCaseManager, CloseCase, OpenCase, ReopenCase
from casefile.case.examples import (
    BACKUP as STAND_IN,
)
from casefile.case.examples import (
    CASE_ID,
    CASE_MANAGER,
    CONTACTED,
    CRITICAL,
    HEAVY,
    HOSPITAL,
    INTENSIVE,
    NO_LONGER_HEAVY,
    REGION,
    RELEASED,
    VISITED,
    WINDING_DOWN,
)
from casefile.codec import CODEC
from casefile.consent import events as consent
from casefile.consent.decider import CONSENT
from casefile.consent.examples import GIVEN, RESEARCH_GIVEN, RESEARCH_WITHDRAWN
from casefile.handover import events as handover
from casefile.handover.decider import HANDOVER, AcknowledgeHandover
from casefile.handover.examples import HANDOVER_ID, OFFERED
from casefile.journal import events as journal
from casefile.journal.decider import JOURNAL, CorrectActivity
from casefile.journal.examples import ATTENDED, LOGGED
from casefile.needs import events as needs
from casefile.needs.decider import NEEDS
from casefile.needs.examples import IDENTIFIED, MET, NEED_CLOSED, OTHER_IDENTIFIED, REFERRED
from casefile.origin import events as origin
from casefile.origin.decider import FIELDS, ORIGIN
from casefile.origin.examples import DESCRIBED, IS_CALAMITY
from casefile.persons import events as persons
from casefile.persons.decider import PERSONS, CorrectDeath
from casefile.persons.examples import (
    CHILD_ADDED,
    CHILD_IS_CLIENT,
    CHILD_MOVED,
    CHILD_SPEAKS,
    PATIENT,
    PATIENT_ADDED,
    PATIENT_DIED,
)
from casefile.plan import events as plan
from casefile.plan.decider import PLAN
from casefile.plan.examples import AVAILABLE, LEADS_ALONE, TAKES_OVER
from casefile.track import events as track
from casefile.track.decider import TRACK, OpenTrack, RecordStep
from casefile.track.examples import CLAIM
from events.commands import Gather, History, StreamType
from events.decider import Rejected
from events.history import facts
from events.occurrence import Occurred
from events.store import Json, Recorded
from events.testing import METADATA, recorded
from programmes.loader import load

DEFINITION = load().version("medical-incidents", 1)
UNDER_PROGRAMME = replace(METADATA, programme="medical-incidents", programme_version=1)
BEGIN = datetime(2019, 1, 1, tzinfo=UTC)
TOLD_FROM = datetime(2020, 6, 1, tzinfo=UTC)
"""All is told after it happened, once an hour."""

ONCE = Occurred.instant(BEGIN)
"""Stands for the moment that is drawn."""

Asked = tuple[StreamType[Any, Any, Any], UUID, Any]
"""What is told, of which stream; what follows from what is known is gathered."""


def on(stream_type: StreamType[Any, Any, Any], command: Any) -> Asked:  # noqa: ANN401 - any command
    return stream_type, stream_type.beside(CASE_ID), command


def last(history: History, *, of: type, **fields: object) -> UUID | None:
    def is_it(event: object) -> bool:
        return isinstance(event, of) and all(getattr(event, f) == v for f, v in fields.items())

    return CODEC.last(history, is_it)


def opened_track(history: History) -> OpenTrack:
    return OpenTrack(case=CASE.state(history, CASE_ID), track="liability", occurred=ONCE)


def step(number: int, code: str) -> Gather[RecordStep]:
    told = track.StepRecorded(
        track="liability",
        step=code,
        outcome=None,
        entry=uuid5(CLAIM, str(number)),
        occurred=ONCE,
    )
    return lambda history: RecordStep(
        defined=DEFINITION.track(TRACK.state(history, CLAIM).name or ""), step=told
    )


ASSIGN = AssignCaseManager(case_manager=CASE_MANAGER, role="case-manager", most=1, occurred=ONCE)
LIFE: Sequence[Asked] = [
    (CASE, CASE_ID, OpenCase(organisation=HOSPITAL, occurred=ONCE)),
    (TRACK, CLAIM, opened_track),
    (CASE, CASE_ID, ASSIGN),
    (CASE, CASE_ID, replace(ASSIGN, case_manager=STAND_IN, role="backup")),
    (CASE, CASE_ID, CONTACTED),
    on(PERSONS, PATIENT_ADDED),
    on(PERSONS, CHILD_ADDED),
    (CASE, CASE_ID, VISITED),
    on(CONSENT, GIVEN),
    on(NEEDS, IDENTIFIED),
    on(NEEDS, OTHER_IDENTIFIED),
    on(PLAN, TAKES_OVER),
    on(PLAN, AVAILABLE),
    (CASE, CASE_ID, REGION),
    on(ORIGIN, replace(DESCRIBED, discovered="2018-12", disclosed="2018")),
    (CASE, CASE_ID, INTENSIVE),
    on(JOURNAL, LOGGED),
    on(PERSONS, CHILD_SPEAKS),
    (TRACK, CLAIM, step(1, "client-informed")),
    on(HANDOVER, replace(OFFERED, receiver=STAND_IN)),
    on(HANDOVER, AcknowledgeHandover(handover=HANDOVER_ID, by=STAND_IN, occurred=ONCE)),
    on(BACKUP, TakeOver(told=TOOK_OVER, roles=frozenset({"backup"}))),
    on(BACKUP, HANDED_BACK),
    (CASE, CASE_ID, CRITICAL),
    (CASE, CASE_ID, NO_LONGER_HEAVY),
    on(NEEDS, MET),
    on(NEEDS, NEED_CLOSED),
    (CASE, CASE_ID, HEAVY),
    on(PLAN, LEADS_ALONE),
    (CASE, CASE_ID, replace(INTENSIVE, level="low")),
    on(PERSONS, CHILD_MOVED),
    on(CONSENT, RESEARCH_GIVEN),
    (TRACK, CLAIM, step(2, "settlement-offered")),
    on(PERSONS, PATIENT_DIED),
    on(PERSONS, CHILD_IS_CLIENT),
    on(CONSENT, RESEARCH_WITHDRAWN),
    on(ORIGIN, replace(IS_CALAMITY, kind="chain-of-events")),
    on(NEEDS, REFERRED),
    (CASE, CASE_ID, replace(RELEASED, case_manager=STAND_IN)),
    on(JOURNAL, ATTENDED),
    (CASE, CASE_ID, WINDING_DOWN),
    (CASE, CASE_ID, CloseCase(reason="settled", open_needs=("legal",), occurred=ONCE)),
    (CASE, CASE_ID, ReopenCase(reason="new-need", occurred=ONCE)),
    (CASE, CASE_ID, ASSIGN),
]
"""In the order in which it happened; nothing twice of what happens once."""
EARLIER = timedelta(minutes=20)
CORRECTED = {"first-contact": 4, "first-visit": 7, "activity": 15, "death": 32}
"""What is put right, and the place of it in the life: it was a little earlier."""


def correction(name: str, at: datetime) -> Asked:
    occurred = Occurred.instant(at - EARLIER)
    match name:
        case "first-contact":

            def contact(history: History) -> CorrectFirstContact:
                corrects = last(history, of=case.FirstContactMade)
                return CorrectFirstContact(
                    channel="video-call", corrects=corrects, occurred=occurred
                )

            return CASE, CASE_ID, contact
        case "first-visit":

            def visit(history: History) -> CorrectFirstVisit:
                corrects = last(history, of=case.FirstVisitMade)
                return CorrectFirstVisit(corrects=corrects, occurred=occurred)

            return CASE, CASE_ID, visit
        case "death":

            def death(history: History) -> CorrectDeath:
                corrects = last(history, of=persons.ClientDied, person=PATIENT)
                return CorrectDeath(person=PATIENT, corrects=corrects, occurred=occurred)

            return on(PERSONS, death)
        case _:

            def activity(history: History) -> CorrectActivity:
                said = journal.effort(LOGGED) | {"contact_minutes": 90}
                corrects = CODEC.told_last(history, "activity", LOGGED.activity)
                return CorrectActivity(
                    activity=LOGGED.activity, corrects=corrects, occurred=occurred, **said
                )

            return on(JOURNAL, activity)


def timed(asked: Asked, at: datetime) -> Asked:
    """It happened then."""
    stream_type, stream, command = asked
    occurred = Occurred.instant(at)
    if callable(command):
        return stream_type, stream, lambda history: at_that_time(command(history), occurred)
    return stream_type, stream, at_that_time(command, occurred)


def at_that_time(command: Any, occurred: Occurred) -> Any:  # noqa: ANN401 - any command
    match command:
        case TakeOver(told=told):
            return replace(command, told=replace(told, occurred=occurred))
        case RecordStep(step=step):
            return replace(command, step=replace(step, occurred=occurred))
        case _:
            return replace(command, occurred=occurred)


def told(history: Sequence[Recorded[Json]], asked: Asked) -> list[Recorded[Json]]:
    """What follows in the log; raises Rejected."""
    stream_type, stream, command = asked
    if stream_type not in (CASE, TRACK):
        command = on_case(CASE_ID, command)
    decided = command(history) if callable(command) else command
    version = sum(r.stream == stream for r in history)
    events = stream_type.decider.decide(decided, stream_type.state(history, stream))
    found = []
    for number, event in enumerate(events, start=1):
        name, data = stream_type.codec.encode(event)
        position = len(history) + number
        found.append(
            recorded(
                data,
                position,
                source="casefile",
                key=CASE_ID,
                stream=stream,
                version=version + number,
                type=name,
                occurred=event.occurred,
                recorded_at=TOLD_FROM + timedelta(hours=position),
                metadata=UNDER_PROGRAMME,
                corrects=getattr(event, "corrects", None),
            )
        )
    return found


def lived(life: Sequence[Asked]) -> list[Recorded[Json]]:
    """The log: what is refused since something before it is not known yet is told again later."""
    log: list[Recorded[Json]] = []
    waiting = list(life)
    while waiting:
        refused = []
        for asked in waiting:
            try:
                log += told(log, asked)
            except Rejected:
                refused.append(asked)
        assert len(refused) < len(waiting), [asked[2] for asked in refused]
        waiting = refused
    return log


@st.composite
def lives(draw: st.DrawFn) -> list[Asked]:
    """With other gaps between what happened, and some of it put right."""
    gaps = draw(st.lists(st.integers(1, 9), min_size=len(LIFE), max_size=len(LIFE)))
    moments = [BEGIN + timedelta(days=sum(gaps[: n + 1])) for n in range(len(LIFE))]
    wrong = draw(st.sets(st.sampled_from(sorted(CORRECTED))))
    life = [timed(asked, at) for asked, at in zip(LIFE, moments, strict=True)]
    return [*life, *(correction(name, moments[CORRECTED[name]]) for name in sorted(wrong))]


def answered(known: Sequence[Recorded[Json]]) -> Mapping[str, Any]:
    return case_answer(CASE_ID, known, DEFINITION).model_dump(mode="json", by_alias=True)


@settings(max_examples=25, deadline=None)
@given(lives(), st.randoms(use_true_random=False))
def test_in_whatever_order_it_is_told_the_file_is_the_same(life: list[Asked], random: Any) -> None:  # noqa: ANN401 - what hypothesis gives
    shuffled = list(life)
    random.shuffle(shuffled)

    in_order, otherwise = lived(life), lived(shuffled)

    assert len(otherwise) == len(in_order)
    assert answered(facts(otherwise)) == answered(facts(in_order))


def by_hand(log: Sequence[Recorded[Json]], as_of: datetime, known_at: datetime) -> list[Any]:
    """What had happened by then, as known then: each correction in the place of the corrected."""
    standing: dict[UUID, Recorded[Json]] = {}
    first: dict[UUID, UUID] = {}
    for fact in (each for each in log if each.recorded_at <= known_at):
        first[fact.id] = first[fact.corrects] if fact.corrects else fact.id
        standing[first[fact.id]] = fact
    happened = [f for f in standing.values() if f.occurred.at and f.occurred.at <= as_of]
    happened.sort(key=lambda f: str(f.occurred.at))
    return [CODEC.decode(fact).event for fact in happened]


def since(event: Any) -> str | None:  # noqa: ANN401 - any event
    return str(event.occurred) if event else None


def of(events: Sequence[Any], kind: type, /, **fields: object) -> list[Any]:
    return [
        event
        for event in events
        if isinstance(event, kind) and all(getattr(event, f) == v for f, v in fields.items())
    ]


def last_of(events: Sequence[Any], kind: Any, /, **fields: object) -> Any:  # noqa: ANN401 - any event
    return next(iter(reversed(of(events, kind, **fields))), None)


def the_case(events: Sequence[Any]) -> dict[str, Any]:
    """Spells, and what stands until it is told otherwise."""
    spells: list[dict[str, Any]] = []
    heavy: dict[str, None] = {}
    for event in events:
        match event:
            case case.CaseOpened() | case.CaseReopened():
                spells.append({"openedAt": since(event)} | dict.fromkeys(ENDS))
            case case.WindingDownStarted():
                spells[-1]["windingDownAt"] = since(event)
            case case.CaseClosed(reason=reason):
                spells[-1] |= {"closedAt": since(event), "closingReason": reason}
            case case.HeavyMarkSet(reason=reason):
                heavy[reason] = None
            case case.HeavyMarkRemoved():
                heavy.clear()
            case case.ClientConditionChanged(condition="critical"):
                heavy["critical-condition"] = None
            case persons.ClientDied():
                heavy["client-died"] = None
    told: dict[str, str] = {}
    for described in of(events, origin.OriginDescribed):
        told |= {field: value for field in FIELDS if (value := getattr(described, field, None))}
    condition = last_of(events, case.ClientConditionChanged)
    intensity = last_of(events, case.IntensityChanged)
    region = last_of(events, case.ClientRegionRecorded)
    return {
        "status": "closed" if spells[-1]["closedAt"] else "open",
        "openedAt": spells[0]["openedAt"],
        "closedAt": spells[-1]["closedAt"],
        "closingReason": spells[-1]["closingReason"],
        "spells": spells,
        "heavyReasons": list(heavy),
        "firstContactAt": since(last_of(events, case.FirstContactMade)),
        "firstVisitAt": since(last_of(events, case.FirstVisitMade)),
        "condition": condition and condition.condition,
        "intensity": intensity and intensity.level,
        "region": region and region.region,
        "origin": {to_camel(field): told.get(field) for field in FIELDS},
    }


def the_team(events: Sequence[Any]) -> dict[str, Any]:
    periods: list[list[Any]] = []
    stand_in: list[list[Any]] = []
    for event in events:
        match event:
            case case.CaseManagerAssigned(case_manager=who):
                periods.append([str(who), since(event), None])
            case backup.BackupTookOver(backup=who):
                stand_in.append([str(who), since(event), None])
            case case.CaseManagerReleased(case_manager=who):
                ended(periods, event, who)
                ended(stand_in, event, who)
            case backup.BackupHandedBack():
                ended(stand_in, event)
            case case.CaseReopened():
                ended(periods, event)
                ended(stand_in, event)
    return {
        "caseManagers": [who for who, _, until in periods if until is None],
        "team": sorted(periods, key=str),
        "backupPeriods": stand_in,
    }


def ended(periods: list[list[Any]], event: Any, who: UUID | None = None) -> None:  # noqa: ANN401
    for period in periods:
        if period[2] is None and who in (None, UUID(period[0])):
            period[2] = since(event)


def the_people(events: Sequence[Any]) -> dict[str, Any]:
    people = []
    for added in of(events, persons.PersonAdded):
        own = [event for event in events if getattr(event, "person", None) == added.person]
        role = last_of(own, persons.PersonRoleChanged) or added
        died = since(last_of(own, persons.ClientDied))
        limits = (last_of(own, persons.PersonDetailsChanged) or added).contact_limits
        people.append([str(added.person), role.role, since(role), list(limits), died])
    told = of(events, consent.ConsentGiven) + of(events, consent.ConsentWithdrawn)
    told.sort(key=lambda event: str(event.occurred.at))
    standing = {event.consent: event for event in told}.values()
    given_now = [event for event in standing if isinstance(event, consent.ConsentGiven)]
    return {
        "persons": people,
        "consents": sorted([since(e), e.consent, e in given_now] for e in standing),
        "studies": sorted(study for event in given_now for study in event.studies),
    }


def the_work(events: Sequence[Any]) -> dict[str, Any]:
    steps = of(events, track.StepRecorded)
    made = of(events, plan.AgreementMade)
    return {
        "needs": [
            [
                str(need.need),
                since(last_of(events, needs.NeedMet, need=need.need)),
                since(last_of(events, needs.NeedClosed, need=need.need)),
            ]
            for need in of(events, needs.NeedIdentified)
        ],
        "referralsOut": [[e.target, since(e)] for e in of(events, needs.ReferredOut)],
        "agreements": [
            [str(e.agreement), since(e), e is last_of(made, plan.AgreementMade, kind=e.kind)]
            for e in made
        ],
        "handovers": [
            [since(e), since(last_of(events, handover.HandoverAcknowledged))]
            for e in of(events, handover.HandoverOffered)
        ],
        "activities": [
            [str(e.activity), e.contact_minutes, since(e)]
            for e in events
            if isinstance(e, journal.ActivityLogged | journal.ActivityCorrected)
        ],
        "tracks": [
            [since(e), steps[-1].step if steps else None, [[s.step, since(s)] for s in steps]]
            for e in of(events, track.TrackOpened)
        ],
    }


ENDS = ("windingDownAt", "closedAt", "closingReason")
SHOWN: Mapping[str, Sequence[str]] = {
    "spells": ("openedAt", *ENDS),
    "team": ("caseManager", "since", "until"),
    "backupPeriods": ("backup", "since", "until"),
    "persons": ("id", "role", "since", "contactLimits", "diedAt"),
    "consents": ("occurredAt", "consent", "given"),
    "needs": ("id", "metAt", "closedAt"),
    "referralsOut": ("target", "occurredAt"),
    "agreements": ("id", "occurredAt", "holds"),
    "handovers": ("offeredAt", "acknowledgedAt"),
    "activities": ("id", "contactMinutes", "occurredAt"),
    "tracks": ("openedAt", "phase", "steps"),
}
"""What is compared of each list in an answer."""


def of_answer(answer: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: [[each[f] for f in SHOWN[name]] for each in answer[name]] for name in SHOWN
    }
    for each in found["tracks"]:
        each[2] = [[step["step"], step["occurredAt"]] for step in each[2]]
    found["team"].sort(key=str)
    found["spells"] = [dict(zip(SHOWN["spells"], each, strict=True)) for each in found["spells"]]
    found["caseManagers"] = [each["caseManager"] for each in answer["caseManagers"]]
    return {**answer, **found}


@settings(max_examples=25, deadline=None)
@given(lives(), st.randoms(use_true_random=False), st.integers(0, 300), st.integers(0, 50))
def test_at_any_two_times_the_file_is_what_folding_by_hand_gives(
    life: list[Asked],
    random: Any,  # noqa: ANN401 - what hypothesis gives
    happened: int,
    told_by: int,
) -> None:
    random.shuffle(life)
    log = lived(life)
    as_of, known_at = BEGIN + timedelta(days=happened), TOLD_FROM + timedelta(hours=told_by)

    known = facts(log, as_of=as_of, known_at=known_at)

    events = by_hand(log, as_of, known_at)
    assert bool(known) == bool(events)
    if events:
        expected = the_case(events) | the_team(events) | the_people(events) | the_work(events)
        answer = of_answer(answered(known))
        assert {name: answer[name] for name in expected} == expected
