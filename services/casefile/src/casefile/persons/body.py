"""What is told of a person over HTTP; names and contact data go to the vault."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from events.contracts.contract import Code
from events.decider import Invalid
from kit.bodies import Fact
from kit.contact import ContactBody
from kit.vocabularies import Vocabulary
from programmes.model import Definition


class RoleBody(Fact):
    """`mandate` and `clientType` come with the roles that ask for them, and only with those."""

    role: Annotated[Code, Vocabulary("persons.roles")]
    mandate: Annotated[Code, Vocabulary("persons.mandates")] | None = None
    client_type: Annotated[Code, Vocabulary("persons.client_types")] | None = None

    def require_asked(self, definition: Definition) -> None:
        """Raises Invalid with what the role asks for and lacks, or does not ask for."""
        if mistakes := list(self._mistakes(definition)):
            raise Invalid(mistakes)

    def _mistakes(self, definition: Definition) -> Iterator[tuple[str, str]]:
        """An unknown role is found elsewhere."""
        role = definition.persons.role(self.role)
        if role is None:
            return
        for asked, field, value in (
            ("mandate", "mandate", self.mandate),
            ("client-type", "clientType", self.client_type),
        ):
            if (asked in role.asks) != (value is not None):
                yield field, "is needed in this role" if value is None else "has no place in it"


class DetailsBody(Fact):
    """How to reach somebody, and what must be heeded in that.

    `function`: of whoever works for the organisation that referred, what he or she does there.
    """

    contact_limits: tuple[Annotated[Code, Vocabulary("persons.contact_limits")], ...] = Field(
        default=(), max_length=32
    )
    preferred_channel: Annotated[Code, Vocabulary("contact_channels")] | None = None
    function: Annotated[Code, Vocabulary("offer.functions")] | None = None
    contact: ContactBody | None = None

    @property
    def contact_fields(self) -> Mapping[str, str] | None:
        """For the vault."""
        return self.contact.fields() if self.contact else None


class PersonBody(RoleBody, DetailsBody):
    relation: Annotated[Code, Vocabulary("persons.relations")]
