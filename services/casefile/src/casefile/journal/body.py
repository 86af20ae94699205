"""An activity as requests tell of it, checked against what the programme asks of its type."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from casefile.journal.events import effort
from events.contracts.contract import Code, Known, Minutes
from events.decider import Invalid, unlisted, unlisted_at
from kit.bodies import Fact
from kit.vocabularies import Vocabulary
from programmes.model import Definition
from programmes.term import UNKNOWN, codes

Report = Annotated[str, Field(min_length=1, max_length=20_000)]
"""Free text, for the vault."""


class ActivityBody(Fact):
    """Category and type are the programme's; the three kinds of minutes are told apart.

    `channel` is told where the category is one of contact. `attended`, whether the case manager
    was there, is asked of some types only; where it is not told it is `unknown`. `treatment` says
    of experiences whether the client met with them.
    """

    category: Annotated[Code, Vocabulary("activities")]
    type: Code
    contact_minutes: Minutes
    travel_minutes: Minutes
    registration_minutes: Minutes
    channel: Annotated[Code, Vocabulary("contact_channels")] | None = None
    participants: tuple[Code, ...] = Field(
        default=(),
        max_length=20,
        description="From `persons.roles` or `appointments.participants` of the programme.",
    )
    attended: Known | None = None
    tags: Annotated[tuple[Code, ...], Field(max_length=20), Vocabulary("activity_tags")] = ()
    boundary_doubts: Annotated[
        tuple[Code, ...], Field(max_length=20), Vocabulary("boundary_doubts")
    ] = ()
    treatment: Annotated[
        Mapping[Code, Known], Field(max_length=20), Vocabulary("treatment_experiences")
    ] = {}
    report: Report | None = None

    def effort(self, definition: Definition) -> dict[str, Any]:
        """What was done, as the log keeps it; raises Invalid with all that does not fit."""
        if mistakes := list(self._mistakes(definition)):
            raise Invalid(mistakes)
        attended = self.attended or (UNKNOWN if self._asks_attended(definition) else None)
        return effort(self) | {"attended": attended}

    def _mistakes(self, definition: Definition) -> Iterator[tuple[str, str]]:
        """The types are those of the category, or of any if it is unknown, which kit finds."""
        category = definition.category(self.category)
        categories = [category] if category else definition.activities
        if wrong := unlisted(self.type, codes(t for each in categories for t in each.types)):
            yield "type", wrong
        elif self.attended and category and not self._asks_attended(definition):
            yield "attended", "is not asked of this type"
        if self.channel and category and not category.contact:
            yield "channel", "is not told of this category"
        there = (*definition.persons.roles, *definition.appointments.participants)
        yield from unlisted_at("participants", self.participants, codes(there))

    def _asks_attended(self, definition: Definition) -> bool:
        category = definition.category(self.category)
        type_ = category.type(self.type) if category else None
        return type_ is not None and type_.attended


class LogBody(ActivityBody):
    """`caseManager` is by default the caller; a team lead names whose work it was."""

    case_manager: UUID | None = None
