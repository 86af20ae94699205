"""What others may know of casefile's log; the programme names the type of a track step."""

from casefile.backup import events as backup
from casefile.case import events as case
from casefile.codec import CODEC
from casefile.consent import events as consent
from casefile.document import events as document
from casefile.evaluation import events as evaluation
from casefile.handover import events as handover
from casefile.instrument import events as instrument
from casefile.journal import events as journal
from casefile.needs import events as needs
from casefile.origin import events as origin
from casefile.persons import events as persons
from casefile.plan import events as plan
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
    case.FirstContactCorrected: "first-contact-corrected",
    case.FirstVisitMade: "first-visit-made",
    case.FirstVisitCorrected: "first-visit-corrected",
    case.IntensityChanged: "intensity-changed",
    case.WindingDownStarted: "winding-down-started",
    case.ClientConditionChanged: "client-condition-changed",
    case.ClientRegionRecorded: "client-region-recorded",
    case.HeavyMarkSet: "heavy-mark-set",
    case.HeavyMarkRemoved: "heavy-mark-removed",
    case.CaseClosed: "case-closed",
    case.CaseClosingCorrected: "case-closing-corrected",
    case.CaseReopened: "case-reopened",
    handover.HandoverOffered: "handover-offered",
    handover.HandoverAcknowledged: "handover-acknowledged",
    backup.BackupTookOver: "backup-took-over",
    backup.BackupHandedBack: "backup-handed-back",
    origin.OriginDescribed: "origin-described",
    persons.PersonAdded: "person-added",
    persons.PersonRoleChanged: "person-role-changed",
    persons.ClientDied: "client-died",
    persons.ClientDeathCorrected: "client-death-corrected",
    consent.ConsentGiven: "consent-given",
    consent.ConsentWithdrawn: "consent-withdrawn",
    consent.ConsentRefused: "consent-refused",
    needs.NeedIdentified: "need-identified",
    needs.NeedMet: "need-met",
    needs.NeedClosed: "need-closed",
    needs.ReferredOut: "referred-out",
    plan.AgreementMade: "agreement-made",
    journal.ActivityLogged: "activity-logged",
    journal.ActivityCorrected: "activity-corrected",
    instrument.InstrumentCompleted: "instrument-completed",
    instrument.InstrumentCorrected: "instrument-corrected",
    evaluation.EvaluationHeld: "evaluation-held",
    document.DocumentAdded: "document-added",
    document.DocumentChecked: "document-checked",
    document.DocumentCorrectionRequested: "document-correction-requested",
    document.DocumentCorrectionAnswered: "document-correction-answered",
    document.DocumentShared: "document-shared",
}
KEPT = (
    case.ContactDataReceived,
    case.ContactDataRefused,
    origin.OriginHeard,
    persons.PersonDetailsChanged,
    track.TrackOpened,
)


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
