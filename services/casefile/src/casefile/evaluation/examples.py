"""Facts about evaluations that tests and demos start from."""

from uuid import uuid5

from casefile.case.examples import CASE_ID
from casefile.evaluation.events import EvaluationHeld
from events.occurrence import Occurred

EVALUATION_ID = uuid5(CASE_ID, "evaluation")

HELD = EvaluationHeld(
    evaluation=EVALUATION_ID, moment="interim", occurred=Occurred.parse("2027-02-26")
)
