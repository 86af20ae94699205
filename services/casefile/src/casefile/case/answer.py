"""The case as a whole, folded from all its streams, as far as the asker's two times reach."""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any
from uuid import UUID

from casefile.backup.answer import BackupPeriod, backup_periods
from casefile.case.decider import CASE
from casefile.case.events import (
    CaseManagerAssigned,
    CaseManagerReleased,
    CaseOpened,
    CaseReopened,
)
from casefile.case.heavy import heavy_reasons
from casefile.case.state import Spell
from casefile.codec import CODEC
from casefile.consent.answer import ConsentAnswer, consent_answers
from casefile.consent.decider import CONSENT
from casefile.handover.answer import HandoverAnswer, handover_answers
from casefile.handover.decider import HANDOVER
from casefile.journal.answer import ActivityAnswer, activity_answer
from casefile.needs.answer import NeedAnswer, ReferralOutAnswer, needs_answer
from casefile.needs.decider import NEEDS
from casefile.origin.answer import OriginAnswer, origin_answer
from casefile.origin.decider import ORIGIN
from casefile.persons.answer import PersonAnswer, person_answers
from casefile.persons.decider import PERSONS
from casefile.plan.answer import AgreementAnswer, agreement_answers
from casefile.plan.decider import PLAN
from casefile.track.answer import TrackAnswer, track_answers
from events.history import in_order
from events.occurrence import UNKNOWN, Occurred
from events.store import Json, Recorded
from kit.bodies import Answer
from programmes.model import Definition


class TeamMember(Answer):
    case_manager: UUID
    role: str


class TeamPeriod(TeamMember):
    """How long somebody held a role; `until` is null while that goes on."""

    since: str
    until: str | None


class SpellAnswer(Answer):
    """One stay in the case, with what was asked and what was still open when it ended."""

    spell: int
    opened_at: str
    winding_down_at: str | None
    closed_at: str | None
    closing_reason: str | None
    checklist: Mapping[str, str]
    open_needs: list[str]


class ReferralAnswer(Answer):
    """Who referred and when, under which criteria, and of an offer how and why it was accepted.

    All as known when intake accepted the referral. `consentedAt`: when consent to pass on contact
    data was given, as told last, if it stood.
    """

    source: str | None
    referred_at: str | None
    criteria_version: int
    consented_at: str | None
    consent_form: str | None
    attempt: int | None
    channel: str | None
    reasons: list[str]


class CaseAnswer(Answer):
    """`status` is new, open or closed; times are as precise as they are known.

    `referral` is null where it was not kept when the case opened; `origin` is as told last.
    `studies` are those of which the case is a member, by consent. It is `heavy` while it is marked
    so, by somebody or by what happened, for whatever `heavyReasons`.
    """

    id: UUID
    programme: str
    status: str
    organisation: UUID | None
    referral: ReferralAnswer | None
    origin: OriginAnswer
    opened_at: str | None
    first_contact_at: str | None
    first_visit_at: str | None
    condition: str | None
    intensity: str | None
    region: str | None
    heavy: bool
    heavy_reasons: list[str]
    closed_at: str | None
    closing_reason: str | None
    spells: list[SpellAnswer]
    case_managers: list[TeamMember]
    team: list[TeamPeriod]
    backup_periods: list[BackupPeriod]
    handovers: list[HandoverAnswer]
    persons: list[PersonAnswer]
    consents: list[ConsentAnswer]
    studies: list[str]
    needs: list[NeedAnswer]
    referrals_out: list[ReferralOutAnswer]
    agreements: list[AgreementAnswer]
    tracks: list[TrackAnswer]
    activities: list[ActivityAnswer]


def case_answer(
    case_id: UUID, known: Sequence[Recorded[Json]], definition: Definition
) -> CaseAnswer:
    case = CASE.decided(known, case_id)
    events = [CODEC.decode(recorded).event for recorded in known]
    heavy = heavy_reasons(events, definition)
    return CaseAnswer(
        id=case_id,
        programme=str(known[0].metadata.programme),
        status=case.status,
        organisation=case.organisation,
        referral=_referral(events),
        opened_at=str(case.opened) if case.spell else None,
        first_contact_at=_at(case.first_contact.occurred if case.first_contact else None),
        first_visit_at=_at(case.first_visit.occurred if case.first_visit else None),
        condition=case.condition.condition if case.condition else None,
        intensity=case.intensity.level if case.intensity else None,
        region=case.region.region if case.region else None,
        heavy=bool(heavy),
        heavy_reasons=heavy,
        closed_at=_at(case.closed),
        closing_reason=case.now.closed.reason if case.now.closed else None,
        spells=[_spell(number, case.spells[number]) for number in sorted(case.spells)],
        case_managers=_members(case.team.values()),
        team=team_periods(events),
        backup_periods=backup_periods(events),
        **_beside(case_id, known),
        tracks=track_answers(known, definition),
        activities=[shown for r in known if (shown := activity_answer(r))],
    )


def _referral(events: Iterable[object]) -> ReferralAnswer | None:
    told = next((event.referral for event in events if isinstance(event, CaseOpened)), None)
    if told is None:
        return None
    return ReferralAnswer(
        source=told.source,
        referred_at=told.referred,
        criteria_version=told.criteria_version,
        consented_at=told.consented,
        consent_form=told.consent_form,
        attempt=told.attempt,
        channel=told.channel,
        reasons=list(told.reasons),
    )


def _members(team: Iterable[CaseManagerAssigned]) -> list[TeamMember]:
    """In the order in which they joined, then by id."""
    joined = in_order(team, attrgetter("case_manager"))
    return [TeamMember(case_manager=told.case_manager, role=told.role) for told in joined]


def _beside(case_id: UUID, known: Sequence[Recorded[Json]]) -> dict[str, Any]:
    """What the streams beside the case say, each under its name in the answer."""
    consents = CONSENT.decided(known, CONSENT.beside(case_id))
    needs = needs_answer(NEEDS.decided(known, NEEDS.beside(case_id)))
    return {
        "origin": origin_answer(ORIGIN.decided(known, ORIGIN.beside(case_id))),
        "handovers": handover_answers(HANDOVER.state(known, HANDOVER.beside(case_id))),
        "persons": person_answers(PERSONS.decided(known, PERSONS.beside(case_id))),
        "consents": consent_answers(consents),
        "studies": sorted(consents.studies),
        "needs": needs.needs,
        "referrals_out": needs.referrals_out,
        "agreements": agreement_answers(PLAN.decided(known, PLAN.beside(case_id))),
    }


def _at(occurred: Occurred | None) -> str | None:
    return str(occurred) if occurred else None


def _spell(number: int, spell: Spell) -> SpellAnswer:
    closed = spell.closed
    return SpellAnswer(
        spell=number,
        opened_at=str(spell.opened or UNKNOWN),
        winding_down_at=_at(spell.winding_down),
        closed_at=_at(closed.occurred) if closed else None,
        closing_reason=closed.reason if closed else None,
        checklist=closed.checklist if closed else {},
        open_needs=list(closed.open_needs) if closed else [],
    )


def team_periods(events: Sequence[object]) -> list[TeamPeriod]:
    """Out of facts in the order of happening; whoever was in the team leaves when it reopens."""
    over: list[TeamPeriod] = []
    held: dict[UUID, CaseManagerAssigned] = {}

    def end(case_manager: UUID, until: Occurred | None) -> None:
        if told := held.pop(case_manager, None):
            over.append(_period(told, until))

    for event in events:
        match event:
            case CaseManagerAssigned(case_manager=case_manager, occurred=occurred):
                end(case_manager, occurred)
                held[case_manager] = event
            case CaseManagerReleased(case_manager=case_manager, occurred=occurred):
                end(case_manager, occurred)
            case CaseReopened(occurred=occurred):
                for case_manager in [*held]:
                    end(case_manager, occurred)
    return [*over, *(_period(told, None) for told in held.values())]


def _period(told: CaseManagerAssigned, until: Occurred | None) -> TeamPeriod:
    return TeamPeriod(
        case_manager=told.case_manager, role=told.role, since=str(told.occurred), until=_at(until)
    )
