"""What others may know of casefile's log; the programme names the type of a track step."""

from casefile.case import events as case
from casefile.codec import CODEC
from casefile.consent import events as consent
from casefile.journal import events as journal
from casefile.track import events as track
from events.contracts.casefile import CONTRACTS
from events.publishing import Entry, publishing
from events.relay import Publish, Published
from events.store import Recorded
from programmes.loader import Programmes
from programmes.step import published

PUBLISHED: dict[type, Entry] = {
    case.CaseOpened: "case-opened",
    case.CaseManagerAssigned: "case-manager-assigned",
    case.CaseManagerReleased: "case-manager-released",
    case.FirstContactMade: "first-contact-made",
    case.CaseClosed: "case-closed",
    consent.ConsentGiven: "consent-given",
    consent.ConsentWithdrawn: "consent-withdrawn",
    journal.ActivityLogged: "activity-logged",
    journal.ActivityCorrected: "activity-corrected",
}
KEPT = (case.ContactDataReceived, case.ContactDataRefused, track.TrackOpened)


def publisher(programmes: Programmes) -> Publish:
    contracts = programmes.track_steps()

    def step(recorded: Recorded[track.Step]) -> Published | None:
        told = recorded.event
        defined = programmes.of([recorded]).step(told.track, told.step)
        if defined is None:
            return None
        data = published(defined, told.data)
        fields = {"track": told.track, "step": told.step, "outcome": told.outcome, "data": data}
        return defined.publishes, contracts[defined.publishes].model_validate(fields)

    steps = dict.fromkeys([track.StepRecorded, track.StepCorrected], step)
    return publishing(CODEC, CONTRACTS, PUBLISHED | steps, KEPT)
