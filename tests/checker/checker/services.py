"""The rules of Leidraad's own services, as their composition roots put them together."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from analytics.log import GROUP as ANALYTICS
from analytics.log import SOURCES, facts_of, kept
from analytics.views.every import every
from casefile.app import GROUP as CASEFILE
from casefile.case.decider import CASE
from casefile.codec import CODEC as CASEFILE_CODEC
from casefile.consent.decider import CONSENT
from casefile.publish import publisher
from casefile.reactions import consents as casefile_consents
from casefile.reactions import intake as from_intake
from casefile.views.cases import CASES
from checker.rules import Follower, Keeper, Rules
from events.commands import StreamType
from events.contracts import registry
from events.envelope import reads, reads_everything, reads_only
from events.store import Draft, Json, Recorded, Work
from intake.codec import CODEC as INTAKE_CODEC
from intake.publish import publish as publish_intake
from intake.views.candidates import CANDIDATES
from intake.views.referrals import REFERRALS
from notifications.app import GROUP as NOTIFICATIONS
from notifications.message.decider import MESSAGE
from notifications.message.events import CODEC as MESSAGE_CODEC
from notifications.publish import publish as publish_notifications
from notifications.reactions import scheduling as from_scheduling
from programmes.loader import Programmes
from scheduling.codec import CODEC as SCHEDULING_CODEC
from scheduling.deadline.decider import DEADLINE
from scheduling.publish import publish as publish_scheduling
from scheduling.reactions import consents, deadlines, reading
from scheduling.views.absences import ABSENCES
from scheduling.views.appointments import APPOINTMENTS
from scheduling.views.deadlines import DEADLINES
from scheduling.views.teams import TEAMS


def rules(programmes: Programmes) -> Mapping[str, Rules]:
    known = registry(programmes.track_steps())
    of_consents = casefile_consents.reactions(programmes)
    return {
        "intake": Rules(
            decode=INTAKE_CODEC.decode,
            publish=publish_intake,
            views=[CANDIDATES, REFERRALS],
            sealed={
                "offer.contact-consent-given.v1": ["contact"],
                "referral.contact-consent-given.v1": ["contact"],
                "referral.made.v1": ["contact"],
            },
        ),
        "casefile": Rules(
            decode=CASEFILE_CODEC.decode,
            publish=publisher(programmes),
            follows=[
                Follower(group=CASEFILE, sources=["intake"], **_of(from_intake.REACTIONS)),
                Follower(
                    group=casefile_consents.GROUP,
                    sources=casefile_consents.SOURCES,
                    read=reads_only(known, of_consents),
                    reactions=of_consents,
                ),
            ],
            views=[CASES],
            work=_asked_by(CASE, CONSENT),
            ends={
                "case.opened.v1": {"case.contact-data-received.v1", "case.contact-data-refused.v1"},
                "consent.given.v1": (),
            },
            done={"case.contact-data-received.v1", "case.contact-data-refused.v1"},
            sealed={
                "case.contact-data-received.v1": ["contact"],
                "handover.offered.v1": ["words"],
                "persons.added.v1": ["contact"],
                "persons.details-changed.v1": ["contact"],
                "needs.identified.v1": ["words"],
                "plan.agreement-made.v1": ["words"],
                "journal.activity-logged.v1": ["report"],
                "journal.activity-corrected.v1": ["report"],
                "document.added.v1": ["content", "title"],
                "evaluation.held.v1": ["words"],
            },
        ),
        "scheduling": Rules(
            decode=SCHEDULING_CODEC.decode,
            publish=publish_scheduling,
            follows=[
                Follower(
                    group=module.GROUP,
                    sources=module.SOURCES,
                    read=reading(programmes, reactions),
                    reactions=reactions,
                )
                for module, reactions in (
                    (deadlines, deadlines.reactions(programmes)),
                    (consents, consents.REACTIONS),
                )
            ],
            views=[DEADLINES, APPOINTMENTS, ABSENCES, TEAMS],
            work=_asked_by(DEADLINE),
            ends={
                "deadline.set.v1": {
                    "deadline.met.v1",
                    "deadline.missed.v1",
                    "deadline.silenced.v1",
                }
            },
        ),
        "notifications": Rules(
            decode=MESSAGE_CODEC.decode,
            publish=publish_notifications,
            follows=[
                Follower(
                    group=NOTIFICATIONS,
                    sources=["scheduling"],
                    **_of(from_scheduling.reactions(programmes)),
                )
            ],
            work=_asked_by(MESSAGE),
            ends={"message.queued.v1": {"message.sent.v1", "message.failed.v1"}},
            done={"message.sent.v1"},
        ),
        "analytics": Rules(
            decode=facts_of(known),
            views=every(programmes),
            keeps=Keeper(group=ANALYTICS, sources=SOURCES, read=reads_everything(known), kept=kept),
        ),
    }


def _asked_by(*stream_types: StreamType[Any, Any, Any]) -> Callable[[Recorded[Json]], list[Work]]:
    def asked(event: Recorded[Json]) -> list[Work]:
        draft = Draft(**{field.name: getattr(event, field.name) for field in fields(Draft)})
        return [
            item
            for stream_type in stream_types
            if stream_type.codec.reads(event.type)
            for item in stream_type.work(draft, stream_type.codec.decode(event).event)
        ]

    return asked


def _of(reactions: Mapping[str, Any]) -> dict[str, Any]:
    return {"read": reads(registry()), "reactions": reactions}
