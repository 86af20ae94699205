"""The client system as an answer shows it, without names."""

from uuid import UUID

from casefile.persons.decider import Persons
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
    died_at: str | None


def person_answers(persons: Persons) -> list[PersonAnswer]:
    """In the order in which they were told of."""
    roles, details, deaths = persons.roles, persons.details, persons.deaths
    return [
        PersonAnswer(
            id=person,
            role=roles[person].role,
            since=str(roles[person].occurred),
            relation=added.relation,
            mandate=roles[person].mandate,
            client_type=roles[person].client_type,
            contact_limits=list(details[person].contact_limits),
            died_at=str(deaths[person].occurred) if person in deaths else None,
        )
        for person, added in persons.added.items()
    ]
