"""Facts about instruments that tests and demos start from."""

from uuid import uuid5

from casefile.case.examples import CASE_ID
from casefile.instrument.events import InstrumentCompleted, InstrumentCorrected
from events.occurrence import Occurred

COMPLETION = uuid5(CASE_ID, "marks")

COMPLETED = InstrumentCompleted(
    completion=COMPLETION,
    instrument="life-domains",
    wave="first",
    scores={"housing": 7, "physical": 4},
    occurred=Occurred.parse("2027-02-20"),
)
CORRECTED = InstrumentCorrected(
    completion=COMPLETION,
    instrument="life-domains",
    wave="first",
    scores={"housing": 7, "physical": 5},
    occurred=Occurred.parse("2027-02-20"),
    corrects=uuid5(CASE_ID, "the event that told of the marks"),
)
SYMPTOMS = InstrumentCompleted(
    completion=uuid5(CASE_ID, "symptoms"),
    instrument="bsi-53",
    wave="first",
    scores={"anxiety": 1.17, "total": 0.83},
    occurred=Occurred.parse("2027-02-20"),
)
