"""HTTP for whoever sends mail about a deadline: the addresses of those whose it is today."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter

from events.contracts.contract import Code
from events.store import Erased
from events.vault import Vault
from kit.bodies import Answer
from kit.calls import Call
from kit.endpoints import reads
from kit.parts import TheVault
from kit.problems import not_found
from programmes.deadline import Deadline
from scheduling.case_manager.decider import CASE_MANAGER
from scheduling.consent.decider import ACCESS, has_stopped
from scheduling.parts import TheProgrammes
from scheduling.team.decider import TEAM, Team

router = APIRouter(tags=["deadlines"])


class RecipientsAnswer(Answer):
    """Addresses; none where nobody has that role, is there today and gave an address.

    `ownerIs` says whose those of the owner are, since a backup may be told instead.
    """

    owner: list[str]
    owner_is: Literal["owner", "backup"]
    backup: list[str]


@router.get(
    "/v1/cases/{case_id}/deadlines/{policy}/recipients",
    summary="Where to mail what is the owner's or the backup's to know",
)
async def read_recipients(
    case_id: UUID,
    policy: Code,
    call: Annotated[Call, reads("recipients:read")],
    programmes: TheProgrammes,
    vault: TheVault,
) -> RecipientsAnswer:
    """The owner's are those of a backup who took over; else the backup's, if no owner is reached.

    None of a case that is closed to its team, or might be by a message that is parked.
    """
    shut = await call.edge.shut(case_id)
    known = await call.read(case_id)
    deadline = programmes.of(known).deadline(policy)
    if deadline is None:
        raise not_found()
    if shut or has_stopped(ACCESS, known, case_id):
        return RecipientsAnswer(owner=[], owner_is="owner", backup=[])
    team = TEAM.decided(known, TEAM.beside(case_id))
    addresses = [found async for found in _addresses(call, vault, team, deadline)]
    stepped_in = [email for person, _, email in addresses if person == team.standing_in]
    owner = [email for _, role, email in addresses if role == deadline.owner]
    backup = [email for _, role, email in addresses if role == deadline.backup]
    return RecipientsAnswer(
        owner=stepped_in or owner or backup,
        owner_is="backup" if stepped_in or (backup and not owner) else "owner",
        backup=backup,
    )


async def _addresses(
    call: Call, vault: Vault, team: Team, deadline: Deadline
) -> AsyncIterator[tuple[UUID, str, str]]:
    """Person, role and address of each who is there today."""
    for person, joined in team.members.items():
        concerned = joined.role in (deadline.owner, deadline.backup) or person == team.standing_in
        if concerned and (email := await _address(call, vault, person, call.today)):
            yield person, joined.role, email


async def _address(call: Call, vault: Vault, person: UUID, today: date) -> str | None:
    """None where the person is away today, or gave no address that is still kept."""
    key = CASE_MANAGER.beside(person)
    manager = CASE_MANAGER.decided(await call.needed(key), key)
    if manager.address is None or manager.away_on(today):
        return None
    try:
        sealed = await vault.open(key, manager.address.contact)
    except Erased:
        return None
    return sealed.get("email")
