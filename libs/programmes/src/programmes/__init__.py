"""Programme definitions: what a programme of case management declares, as data."""

from programmes.loader import InvalidDefinitions, Programmes, UnknownProgramme, load
from programmes.model import (
    CriteriaVersion,
    Deadline,
    Definition,
    Notification,
    Step,
    Term,
    Track,
    codes,
)

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
