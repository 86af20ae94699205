"""Facts about a case that tests and demos start from."""

from uuid import NAMESPACE_OID, uuid5

from casefile.case.events import (
    CaseClosed,
    CaseClosingCorrected,
    CaseManagerAssigned,
    CaseManagerReleased,
    CaseOpened,
    CaseReopened,
    ClientConditionChanged,
    ClientRegionRecorded,
    ContactDataReceived,
    ContactDataRefused,
    FirstContactCorrected,
    FirstContactMade,
    FirstVisitCorrected,
    FirstVisitMade,
    HeavyMarkRemoved,
    HeavyMarkSet,
    IntensityChanged,
    WindingDownStarted,
)
from events.occurrence import Occurred

CASE_ID = uuid5(NAMESPACE_OID, "case")
HOSPITAL = uuid5(NAMESPACE_OID, "hospital")
CASE_MANAGER = uuid5(NAMESPACE_OID, "case manager")
BACKUP = uuid5(NAMESPACE_OID, "backup")
CONTACT = uuid5(CASE_ID, "contact")

OPENED = CaseOpened(organisation=HOSPITAL, spell=1, occurred=Occurred.parse("2027-02-15"))
RECEIVED = ContactDataReceived(contact=CONTACT, occurred=Occurred.parse("2027-02-15"))
REFUSED = ContactDataRefused(reason="no-contact-consent", occurred=Occurred.parse("2027-02-15"))
ASSIGNED = CaseManagerAssigned(
    case_manager=CASE_MANAGER, role="case-manager", occurred=Occurred.parse("2027-02-16")
)
BACKUP_ASSIGNED = CaseManagerAssigned(
    case_manager=BACKUP, role="backup", occurred=Occurred.parse("2027-02-20")
)
CONTACTED = FirstContactMade(channel="phone", occurred=Occurred.parse("2027-02-17"))
TOLD_AS = uuid5(CASE_ID, "the event that told of it")
CONTACTED_EARLIER = FirstContactCorrected(
    channel="video-call", occurred=Occurred.parse("2027-02-16"), corrects=TOLD_AS
)
RELEASED = CaseManagerReleased(case_manager=CASE_MANAGER, occurred=Occurred.parse("2027-02-25"))
VISITED = FirstVisitMade(occurred=Occurred.parse("2027-02-18"))
VISITED_LATER = FirstVisitCorrected(occurred=Occurred.parse("2027-02-19"), corrects=TOLD_AS)
INTENSIVE = IntensityChanged(level="intensive", occurred=Occurred.parse("2027-02-19"))
CRITICAL = ClientConditionChanged(condition="critical", occurred=Occurred.parse("2027-02-22"))
REGION = ClientRegionRecorded(region="utrecht", occurred=Occurred.parse("2027-02-16"))
HEAVY = HeavyMarkSet(reason="weighs-on-case-manager", occurred=Occurred.parse("2027-02-20"))
NO_LONGER_HEAVY = HeavyMarkRemoved(reason="heavy-no-longer", occurred=Occurred.parse("2027-02-24"))
WINDING_DOWN = WindingDownStarted(occurred=Occurred.parse("2027-02-26"))
CLOSED = CaseClosed(reason="no-longer-needed", spell=1, occurred=Occurred.parse("2027-03-01"))
CLOSED_LATER = CaseClosingCorrected(
    reason="settled", spell=1, occurred=Occurred.parse("2027-03-02"), corrects=TOLD_AS
)
REOPENED = CaseReopened(reason="claims-after-all", spell=2, occurred=Occurred.parse("2027-03-03"))
