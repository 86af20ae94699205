"""The client system as an answer shows it, without names."""

from uuid import UUID

from casefile.persons.decider import PERSON, Persons
from events.history import in_order
from kit.bodies import Answer


class PersonAnswer(Answer):
    """As whom somebody is there, and since when; `diedAt` where that is so."""

    id: UUID
    role: str
    since: str
    relation: str
    mandate: str | None
    client_type: str | None
    contact_limits: list[str]
    preferred_channel: str | None
    function: str | None
    died_at: str | None


def person_answers(persons: Persons) -> list[PersonAnswer]:
    """In the order in which they joined, then by id."""
    roles, details, deaths = persons.roles, persons.details, persons.deaths
    return [
        PersonAnswer(
            id=told.person,
            role=roles[told.person].role,
            since=str(roles[told.person].occurred),
            relation=told.relation,
            mandate=roles[told.person].mandate,
            client_type=roles[told.person].client_type,
            contact_limits=list(details[told.person].contact_limits),
            preferred_channel=details[told.person].preferred_channel,
            function=details[told.person].function,
            died_at=str(deaths[told.person].occurred) if told.person in deaths else None,
        )
        for told in in_order(persons.added.values(), PERSON)
    ]
