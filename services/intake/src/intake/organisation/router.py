"""HTTP for organisations: registering them, and their addresses, which lie in the vault."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from uuid_utils.compat import uuid7

from events.contracts.contract import Code
from events.vault import Vault
from intake.organisation.decider import ORGANISATION, desk_of
from intake.organisation.events import DESK, AddressChanged, OrganisationRegistered
from intake.parts import TheProgrammes
from kit.access import Scope
from kit.bodies import Answer, Fact, Written
from kit.calls import Call
from kit.contact import Email, Line
from kit.endpoints import adds, changes, reads
from kit.parts import TheVault
from kit.problems import not_found
from kit.sealing import sealed_fields
from programmes.checking import require_in_force, require_known

router = APIRouter(tags=["organisations"])


class OrganisationBody(Fact):
    """`kind` is `desk`, or one that the programme lets refer."""

    programme: Code
    kind: Code
    name: Line
    email: Email


class AddressBody(Fact):
    name: Line
    email: Email


class OrganisationAnswer(Answer):
    id: UUID
    kind: str
    programme: str
    name: str
    email: str


@router.post("/v1/organisations", status_code=201, summary="Register an organisation")
async def register_organisation(
    body: OrganisationBody,
    call: Annotated[Call, adds("organisation:register")],
    programmes: TheProgrammes,
    vault: TheVault,
) -> Written:
    definition = require_in_force(programmes, body.programme, call.today)
    require_known(kind=(body.kind, definition.organisation_kinds() | {DESK}))
    desk, contact = body.kind == DESK, uuid7()
    organisation = desk_of(body.programme) if desk else uuid7()
    key = await (vault.key if desk else vault.new_key)(organisation)
    return await call.execute(
        ORGANISATION,
        organisation,
        OrganisationRegistered(kind=body.kind, contact=contact, occurred=body.occurred_at),
        new=Scope(organisation=organisation),
        programme=(definition.code, definition.version),
        vault=key.seal(contact, _address(body)),
    )


@router.put("/v1/organisations/{organisation}/address", summary="Change name and address")
async def change_address(
    organisation: UUID,
    body: AddressBody,
    call: Annotated[Call, changes("organisation:change-address")],
    vault: TheVault,
) -> Written:
    contact = uuid7()
    return await call.execute(
        ORGANISATION,
        organisation,
        AddressChanged(contact=contact, occurred=body.occurred_at),
        vault=await sealed_fields(call, vault, organisation, contact, _address(body)),
    )


@router.get("/v1/organisations/{organisation}", summary="An organisation and its address")
async def read_organisation(
    organisation: UUID,
    call: Annotated[Call, reads("organisation:read")],
    vault: TheVault,
) -> OrganisationAnswer:
    return await _organisation(organisation, call, vault)


@router.get("/v1/programmes/{programme}/desk", summary="The desk of a programme and its address")
async def read_desk(
    programme: Code,
    call: Annotated[Call, reads("desk:read")],
    vault: TheVault,
) -> OrganisationAnswer:
    return await _organisation(desk_of(programme), call, vault)


async def _organisation(organisation: UUID, call: Call, vault: Vault) -> OrganisationAnswer:
    known = await call.read(organisation)
    state = ORGANISATION.state(known, organisation)
    if not state.kind:
        raise not_found()
    contact = await vault.open(organisation, state.contact)
    return OrganisationAnswer(
        id=organisation,
        kind=state.kind,
        programme=str(known[0].metadata.programme),
        name=contact["name"],
        email=contact["email"],
    )


def _address(body: OrganisationBody | AddressBody) -> dict[str, str]:
    return {"name": body.name, "email": body.email}
