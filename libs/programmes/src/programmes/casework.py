"""Casework as a programme declares it: people, consents, team, needs, activities, documents."""

from typing import Annotated, Literal

from pydantic import Field

from events.contracts.contract import Code
from programmes.published import VocabularyName, one_of
from programmes.term import Count, Declared, MaybeReasons, Reasons, Term, Terms

Stop = Literal["contact-data", "access", "appointments", "reminders", "study"]
"""What ends when a consent is withdrawn."""


RoleAsks = Literal["client-type", "mandate"]


class PersonRole(Term):
    """As whom somebody is in a client system; `asks` is what must be said of whoever is it.

    Whoever is asked for a client type is a client; whoever is asked for a mandate speaks for one.
    """

    asks: tuple[RoleAsks, ...] = ()


class Persons(Declared):
    """Who can be in a client system: as whom, how related to the client, speaking by what right.

    `contact_limits` are what must be heeded in every contact with a person.
    """

    client_types: Terms
    roles: Annotated[tuple[PersonRole, ...], Field(min_length=1)]
    relations: Reasons
    mandates: Reasons
    contact_limits: Terms

    def role(self, code: str) -> PersonRole | None:
        return next((role for role in self.roles if role.code == code), None)


class Consent(Term):
    """One subject's permission for one purpose; `stops` says what a withdrawal ends."""

    subject: Annotated[Code, one_of("persons.roles")]
    forms: Annotated[tuple[Annotated[Code, one_of("consentForms")], ...], Field(min_length=1)]
    scopes: Terms
    stops: Annotated[tuple[Stop, ...], Field(min_length=1)]


class Study(Term):
    """A case is a member of a study while the consent holds on which it rests."""

    consent: Annotated[Code, one_of("consents")]


class TeamRole(Term):
    """A role in the case team; `most` says how many may hold it at the same time.

    Whoever holds one that `stands_in` does the work of others while they are away.
    """

    most: Count | None = None
    stands_in: bool = False


class Needs(Declared):
    """Fields in which support is given, themes of what people struggle with, who met a need."""

    fields: Terms
    themes: Terms
    met_by: Reasons


class AgreementKind(Term):
    """What is agreed on with the client: a term of `vocabulary`, or else words."""

    vocabulary: VocabularyName | None = None


class ActivityType(Term):
    """`attended`: it is asked whether the case manager was there."""

    attended: bool = False


class Category(Term):
    """A group of activities; of those in `contact` with somebody a channel may be told."""

    contact: bool = False
    types: Annotated[tuple[ActivityType, ...], Field(min_length=1)]

    def type(self, code: str) -> ActivityType | None:
        return next((type_ for type_ in self.types if type_.code == code), None)


class DocumentKind(Term):
    """A kind of document, and what is to be checked of it."""

    checks: tuple[Annotated[Code, one_of("documents.checks")], ...] = ()


class Documents(Declared):
    """Kinds of document, what may be checked, and who may get one.

    `shared_with` is beside the roles of persons and those to whom clients are referred.
    """

    kinds: Annotated[tuple[DocumentKind, ...], Field(min_length=1)]
    checks: Terms
    shared_with: MaybeReasons = ()


class Appointments(Declared):
    """Kinds of appointment, as whom somebody takes part, and by whom one may be called off."""

    kinds: Terms
    participants: Terms
    cancelled_by: Reasons
