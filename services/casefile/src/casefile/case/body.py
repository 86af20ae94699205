"""What is told of a case over HTTP, in the words of its programme."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from pydantic import Field

from events.contracts.contract import Code, Known
from events.decider import Invalid
from kit.bodies import Body, Fact, OccurredAt
from kit.vocabularies import Vocabulary
from programmes.model import Definition


class CaseManagerBody(Fact):
    case_manager: UUID
    role: Annotated[Code, Vocabulary("team_roles")]


class FirstContactBody(Fact):
    channel: Annotated[Code, Vocabulary("contact_channels")]


class IntensityBody(Fact):
    level: Annotated[Code, Vocabulary("intensity_levels")]


class ConditionBody(Fact):
    condition: Annotated[Code, Vocabulary("conditions")]


class RegionBody(Fact):
    region: Annotated[Code, Vocabulary("regions")]


class HeavyMarkBody(Fact):
    reason: Annotated[Code, Vocabulary("heavy.reasons")]


class HeavyMarkRemovalBody(Fact):
    reason: Annotated[Code, Vocabulary("heavy.removal_reasons")]


class ClosingBody(Fact):
    """Items of the checklist that are left out are unknown."""

    reason: Annotated[Code, Vocabulary("closing_reasons")]
    checklist: Mapping[Code, Known] = Field(default={}, max_length=32)

    def answered(self, definition: Definition) -> Mapping[str, Known]:
        """Every item of the programme's checklist; raises Invalid for any other."""
        items = [item.code for item in definition.closing_checklist]
        strange = [f"checklist/{code}" for code in self.checklist if code not in items]
        if strange:
            raise Invalid([(place, "is not known here") for place in strange])
        return {code: self.checklist.get(code, "unknown") for code in items}


class ReopeningBody(Fact):
    reason: Annotated[Code, Vocabulary("reopening_reasons")]


class FirstContactCorrectionBody(FirstContactBody):
    occurred_at: OccurredAt


class FirstVisitCorrectionBody(Body):
    occurred_at: OccurredAt


class ClosingCorrectionBody(ClosingBody):
    occurred_at: OccurredAt
