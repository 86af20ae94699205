"""Who is in a client system and as whom; a death ends no case."""

from dataclasses import dataclass
from operator import attrgetter
from typing import assert_never
from uuid import UUID

from casefile.case.beside import OnCase
from casefile.case.decider import Case, Status, require_within
from casefile.persons.events import (
    CODEC,
    ClientDeathCorrected,
    ClientDied,
    PersonAdded,
    PersonDetailsChanged,
    PersonRoleChanged,
    PersonsEvent,
)
from events.commands import StreamType
from events.decider import Decider, Rejected, already_known
from events.history import latest, repeats
from events.occurrence import Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectDeath:
    """`corrects` is the id of the event that told of it last, None where there is none."""

    person: UUID | None
    corrects: UUID | None
    occurred: Occurred


PersonsCommand = OnCase[
    PersonAdded | PersonRoleChanged | PersonDetailsChanged | ClientDied | CorrectDeath
]

PERSON = attrgetter("person")


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    """All that was told; of each person counts what happened last, however late it was told."""

    told: tuple[PersonsEvent, ...] = ()

    @property
    def added(self) -> dict[UUID, PersonAdded]:
        return {e.person: e for e in self.told if isinstance(e, PersonAdded)}

    @property
    def roles(self) -> dict[UUID, PersonAdded | PersonRoleChanged]:
        """As whom each person is there."""
        return latest(
            (e for e in self.told if isinstance(e, PersonAdded | PersonRoleChanged)), PERSON
        )

    @property
    def details(self) -> dict[UUID, PersonAdded | PersonDetailsChanged]:
        told = (e for e in self.told if isinstance(e, PersonAdded | PersonDetailsChanged))
        return latest(told, PERSON)

    @property
    def deaths(self) -> dict[UUID | None, ClientDied]:
        return {e.person: e for e in self.told if isinstance(e, ClientDied)}

    def standing(self, told: PersonsEvent) -> PersonsEvent | None:
        """What stands where this would."""
        match told:
            case PersonAdded():
                return self.added.get(told.person)
            case PersonRoleChanged():
                return self.roles.get(told.person)
            case PersonDetailsChanged():
                return self.details.get(told.person)
            case ClientDied():
                return self.deaths.get(told.person)
            case _:
                assert_never(told)


def decide(asked: PersonsCommand, persons: Persons) -> list[PersonsEvent]:
    told = asked.command
    if asked.case.status is Status.NEW:
        raise Rejected("case-new", "The case is not open yet.")
    if isinstance(told, CorrectDeath):
        return _correct_death(told, persons)
    if repeats(told, persons.told, persons.standing(told)):
        return []
    match told:
        case PersonAdded():
            return _add(told, asked.case, persons)
        case PersonRoleChanged():
            return _change_role(told, asked.case, persons)
        case PersonDetailsChanged():
            require_there(told.person, persons)
            return [told]
        case ClientDied():
            return _die(told, persons)
        case _:
            assert_never(told)


def evolve(persons: Persons, event: PersonsEvent) -> Persons:
    return Persons(told=(*persons.told, event))


def _add(told: PersonAdded, case: Case, persons: Persons) -> list[PersonsEvent]:
    if known := persons.added.get(told.person):
        raise already_known("This person", known.occurred)
    require_within(case, told.occurred)
    return [told]


def _change_role(told: PersonRoleChanged, case: Case, persons: Persons) -> list[PersonsEvent]:
    added = require_there(told.person, persons)
    if told.occurred.certainly_before(added.occurred):
        raise Rejected("impossible-order", "This person was not in the client system yet.")
    died = persons.deaths.get(told.person)
    if died and died.occurred.certainly_before(told.occurred):
        raise Rejected("person-died", "This person had died before.")
    require_within(case, told.occurred)
    return [told]


def _die(told: ClientDied, persons: Persons) -> list[PersonsEvent]:
    """The case goes on, under the same id; who is the client then is told of that person."""
    if known := persons.deaths.get(told.person):
        raise already_known("This death", known.occurred)
    if told.person is None:
        if any(role.client_type for role in persons.roles.values()):
            raise Rejected("client-not-named", "The clients are known: it must be said who died.")
        return [told]
    require_there(told.person, persons)
    if persons.roles[told.person].client_type is None:
        raise Rejected("not-the-client", "This person is not the client.")
    return [told]


def _correct_death(command: CorrectDeath, persons: Persons) -> list[PersonsEvent]:
    known = persons.deaths.get(command.person)
    if known is None or command.corrects is None:
        raise Rejected("no-such-death", "No such death is known that could be corrected.")
    if known.occurred == command.occurred:
        return []
    return [
        ClientDeathCorrected(
            person=command.person, occurred=command.occurred, corrects=command.corrects
        )
    ]


def require_there(person: UUID, persons: Persons) -> PersonAdded:
    if person not in persons.added:
        raise Rejected("no-such-person", "There is no such person in the client system.")
    return persons.added[person]


persons_decider = Decider(Persons(), decide, evolve)
PERSONS = StreamType("persons", persons_decider, CODEC)
