"""Programme definitions: what a programme of case management declares, as data."""

from programmes.criteria import CriteriaVersion
from programmes.deadline import Deadline
from programmes.loader import InvalidDefinitions, Programmes, UnknownProgramme, load
from programmes.model import Definition
from programmes.notification import Notification
from programmes.term import Term, codes
from programmes.track import Step, Track

__all__ = [
    "CriteriaVersion",
    "Deadline",
    "Definition",
    "InvalidDefinitions",
    "Notification",
    "Programmes",
    "Step",
    "Term",
    "Track",
    "UnknownProgramme",
    "codes",
    "load",
]
