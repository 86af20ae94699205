"""One record of each kind for each service, of which a test makes many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast
from uuid import UUID

from analytics import examples as heard
from analytics.log import kept
from casefile.case import examples as case
from casefile.codec import CODEC as CASEFILE
from casefile.journal import examples as journal
from casefile.journal.decider import JOURNAL
from casefile.track import examples as track
from events.codec import Codec
from events.contracts.casefile import CaseClosed, CaseManagerAssigned, CaseOpened
from events.contracts.intake import CandidateIdentified, OfferAccepted, OfferMade
from events.store import Json, Recorded, Store
from events.testing import METADATA, told
from intake.codec import CODEC as INTAKE
from intake.offer import examples as offer
from intake.organisation import examples as organisation
from intake.referral import examples as referral
from notifications.message import examples as message
from notifications.message.events import CODEC as MESSAGES
from scheduling.appointment import examples as appointment
from scheduling.case_manager import examples as case_manager
from scheduling.codec import CODEC as SCHEDULING
from scheduling.deadline import examples as deadline
from scheduling.team import examples as team
from scheduling.team.decider import TEAM

UNDER_PROGRAMME = replace(METADATA, programme="medical-incidents", programme_version=1)


NO_PROGRAMMES = {case_manager.TIME}
NOBODYS = ("agreement", "completion", "document", "evaluation", "handover", "need", "person")
"""What is asked for by an id that nothing has: the case is read all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeds:
    """What happened, by key and stream; `path` has a value for each parameter of its paths."""

    codec: Codec[Any]
    facts: Sequence[tuple[UUID, UUID, Sequence[Any]]]
    path: Mapping[str, object] = field(default_factory=dict)

    async def sow(self, store: Store) -> None:
        for key, stream, facts in self.facts:
            metadata = METADATA if key in NO_PROGRAMMES else UNDER_PROGRAMME
            await told(store, self.codec, key, *facts, stream=stream, metadata=metadata)


class Heard:
    """Analytics keeps what others published."""

    path: Mapping[str, object] = {"view": "progress"}
    facts = (
        heard.told(1, CandidateIdentified(organisation=heard.HOSPITAL, origin=None), "2027-01-02"),
        heard.told(2, OfferMade(attempt=1, channel="letter", by_function="nurse"), "2027-01-03"),
        heard.told(3, OfferAccepted(attempt=1, reasons=["overview"]), "2027-01-04"),
        heard.told(4, CaseOpened(organisation=heard.HOSPITAL, spell=1), "2027-01-05"),
        heard.told(
            5, CaseManagerAssigned(case_manager=heard.CASE_MANAGER, role="lead"), "2027-01-06"
        ),
        heard.told(6, CaseClosed(reason="goals-reached", spell=1), "2027-06-06"),
    )

    async def sow(self, store: Store) -> None:
        for fact in self.facts:
            event = fact.event.model_dump(mode="json", by_alias=True)  # type: ignore[union-attr]
            message = cast("Recorded[Json]", replace(fact, event=event))
            await store.append(kept(message))


SEEDS: Mapping[str, Seeds | Heard] = {
    "intake": Seeds(
        codec=INTAKE,
        facts=[
            (organisation.HOSPITAL, organisation.HOSPITAL, [organisation.REGISTERED]),
            (
                offer.CANDIDATE,
                offer.CANDIDATE,
                [offer.IDENTIFIED, offer.OFFERED, offer.ACCEPTED, offer.CONSENTED, referral.MADE],
            ),
        ],
        path={
            "candidate": offer.CANDIDATE,
            "case_id": offer.CANDIDATE,
            "organisation": offer.EXPLANATION,  # nobody's: an address would be in the vault
            "programme": "medical-incidents",
            "explanation": offer.EXPLANATION,
        },
    ),
    "casefile": Seeds(
        codec=CASEFILE,
        facts=[
            (case.CASE_ID, case.CASE_ID, [case.OPENED, case.RECEIVED, case.ASSIGNED]),
            (case.CASE_ID, JOURNAL.beside(case.CASE_ID), [journal.LOGGED]),
            (case.CASE_ID, track.CLAIM, [track.CLAIM_OPENED, track.CLAIM_FILED]),
            (case.CASE_ID, case.CASE_ID, [case.CONTACTED, case.CLOSED]),
        ],
        path={
            "case_id": case.CASE_ID,
            "track": track.CLAIM,
            "activity": journal.LOGGED.activity,
            "spell": 1,
        }
        | dict.fromkeys(NOBODYS, case.CASE_ID),
    ),
    "scheduling": Seeds(
        codec=SCHEDULING,
        facts=[
            (deadline.CASE_ID, deadline.FIRST_CONTACT, [deadline.SET, deadline.MET]),
            (deadline.CASE_ID, TEAM.beside(deadline.CASE_ID), [team.JOINED, team.BACKUP_JOINED]),
            (deadline.CASE_ID, appointment.APPOINTMENTS, [appointment.PLANNED]),
            (case_manager.TIME, case_manager.TIME, [case_manager.CAPACITY, case_manager.AWAY]),
        ],
        path={
            "case_id": deadline.CASE_ID,
            "policy": "first-contact",
            "appointment": appointment.APPOINTMENT_ID,
            "case_manager": team.CASE_MANAGER,
            "absence": case_manager.ABSENCE_ID,
        },
    ),
    "notifications": Seeds(
        codec=MESSAGES,
        facts=[(message.CASE_ID, message.MESSAGE_ID, [message.QUEUED, message.STARTED])],
        path={"case_id": message.CASE_ID},
    ),
    "analytics": Heard(),
}
