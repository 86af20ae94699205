"""HTTP for the client system: its persons, their roles, how to reach them, and a death."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from uuid_utils.compat import uuid7

from casefile.codec import CODEC
from casefile.consent.decider import CONTACT_DATA, has_ended
from casefile.parts import TheProgrammes
from casefile.persons.answer import PersonAnswer, person_answers
from casefile.persons.body import DetailsBody, PersonBody, RoleBody
from casefile.persons.decider import PERSONS, CorrectDeath
from casefile.persons.events import (
    ClientDied,
    PersonAdded,
    PersonDetailsChanged,
    PersonRoleChanged,
)
from casefile.telling import tell
from events.commands import History
from kit.bodies import Fact, OccurredAt, Written
from kit.calls import Call
from kit.contact import ContactAnswer
from kit.endpoints import adds, reads
from kit.moments import AtMoment
from kit.parts import TheVault
from kit.problems import not_found
from kit.sealing import sealed_fields

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["client system"])


class DeathBody(Fact):
    """`person` may be left out where the client was never entered as a person."""

    person: UUID | None = None


class DeathCorrectionBody(DeathBody):
    occurred_at: OccurredAt


@router.post("/persons", status_code=201, summary="Add a person to the client system")
async def add_person(
    case_id: UUID,
    body: PersonBody,
    call: Annotated[Call, adds("case:work")],
    programmes: TheProgrammes,
    vault: TheVault,
) -> Written:
    person, record = uuid7(), uuid7()

    def added(history: History) -> PersonAdded:
        body.require_asked(programmes.of(history))
        return PersonAdded(
            person=person,
            role=body.role,
            relation=body.relation,
            mandate=body.mandate,
            client_type=body.client_type,
            contact_limits=body.contact_limits,
            preferred_channel=body.preferred_channel,
            function=body.function,
            contact=record if body.contact else None,
            occurred=body.occurred_at,
        )

    return await tell(
        call,
        PERSONS,
        case_id,
        added,
        f"/persons/{person}",
        told=body,
        vault=await sealed_fields(call, vault, case_id, record, body.contact_fields),
    )


@router.post("/persons/{person}/roles", status_code=201, summary="Give a person another role")
async def change_role(
    case_id: UUID,
    person: UUID,
    body: RoleBody,
    call: Annotated[Call, adds("case:work")],
    programmes: TheProgrammes,
) -> Written:
    """Also where the role stays and only the mandate changes."""

    def changed(history: History) -> PersonRoleChanged:
        body.require_asked(programmes.of(history))
        return PersonRoleChanged(
            person=person,
            role=body.role,
            mandate=body.mandate,
            client_type=body.client_type,
            occurred=body.occurred_at,
        )

    return await tell(call, PERSONS, case_id, changed, f"/persons/{person}", told=body)


@router.post("/persons/{person}/details", status_code=201, summary="How to reach a person from now")
async def change_details(
    case_id: UUID,
    person: UUID,
    body: DetailsBody,
    call: Annotated[Call, adds("case:work")],
    vault: TheVault,
) -> Written:
    """Give all of it: what is left out is not known any more."""
    record = uuid7()
    told = PersonDetailsChanged(
        person=person,
        contact_limits=body.contact_limits,
        preferred_channel=body.preferred_channel,
        function=body.function,
        contact=record if body.contact else None,
        occurred=body.occurred_at,
    )
    return await tell(
        call,
        PERSONS,
        case_id,
        told,
        f"/persons/{person}",
        told=body,
        vault=await sealed_fields(call, vault, case_id, record, body.contact_fields),
    )


@router.post("/deaths", status_code=201, summary="Record that the client died")
async def record_death(
    case_id: UUID, body: DeathBody, call: Annotated[Call, adds("case:work")]
) -> Written:
    """The case goes on; whoever is the client then is given that role."""
    told = ClientDied(person=body.person, occurred=body.occurred_at)
    return await tell(call, PERSONS, case_id, told)


@router.post("/deaths/corrections", status_code=201, summary="Correct when the client died")
async def correct_death(
    case_id: UUID, body: DeathCorrectionBody, call: Annotated[Call, adds("case:work")]
) -> Written:
    """`person` names the same client as the death that was recorded."""

    def told(event: object) -> bool:
        return isinstance(event, ClientDied) and event.person == body.person

    def correction(history: History) -> CorrectDeath:
        return CorrectDeath(
            person=body.person, corrects=CODEC.last(history, told), occurred=body.occurred_at
        )

    return await tell(call, PERSONS, case_id, correction, told=body)


@router.get("/persons", summary="The persons of a client system, now or at another time")
async def read_persons(
    case_id: UUID, at: AtMoment, call: Annotated[Call, reads("case:read")]
) -> list[PersonAnswer]:
    """Without names: these are read one by one, by those who work on the case."""
    stream = PERSONS.beside(case_id)
    return person_answers(PERSONS.decided(await call.read(case_id, at, stream=stream), stream))


@router.get("/persons/{person}", summary="A person of a client system, now or at another time")
async def read_person(
    case_id: UUID, person: UUID, at: AtMoment, call: Annotated[Call, reads("case:read")]
) -> PersonAnswer:
    persons = await read_persons(case_id, at, call)
    found = next((answer for answer in persons if answer.id == person), None)
    if found is None:
        raise not_found()
    return found


@router.get("/persons/{person}/contact-data", summary="How to reach a person")
async def read_person_contact_data(
    case_id: UUID,
    person: UUID,
    call: Annotated[Call, reads("contact-data:read")],
    vault: TheVault,
) -> ContactAnswer:
    """Nobody is reached while consent to that is withdrawn, or may be by what is parked."""
    shut = await call.edge.shut(case_id)
    stream = PERSONS.beside(case_id)
    known = await call.read(case_id, stream=stream)
    details = PERSONS.decided(known, stream).details.get(person)
    if details is None or details.contact is None:
        raise not_found()
    if shut or has_ended(CONTACT_DATA, known, case_id):
        raise not_found()
    return ContactAnswer.of(await vault.open(case_id, details.contact))
