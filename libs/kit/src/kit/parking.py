"""HTTP for operators: the keys that are parked behind a failed message; ask for retry or skip."""

from datetime import datetime
from typing import Annotated
from uuid import NAMESPACE_URL, UUID, uuid5

from fastapi import APIRouter

from events.contracts.contract import Code
from events.parking import VIEWS, ByItself, Lane, Parked, Parking, Request
from events.store import WriteSet
from kit.access import AccessTable, Role
from kit.bodies import Answer, Body, Written
from kit.calls import Call, Hidden
from kit.endpoints import adds, lists
from kit.parts import part

PATH = "/v1/parked-keys"
ACCESS: AccessTable = {
    "parking:list": frozenset({Role.OPERATOR}),
    "parking:request": frozenset({Role.OPERATOR}),
}

router = APIRouter(prefix=PATH, tags=["operations"])

Keys = Annotated[Parking, part(Parking)]
Requests = Annotated[Call, adds("parking:request")]


class ParkedKey(Answer):
    """`reason` is a code; `request` is what was asked for and the consumer has yet to do.

    `message` is the first of those that wait, and the one that a skip leaves out.
    """

    id: UUID
    group: str
    topic: str
    key: UUID
    reason: str
    parked_at: datetime
    message: int
    messages: int
    request: Request


class ParkedKeys(Answer):
    items: list[ParkedKey]


class SkipBody(Body):
    """Names the message that was seen, so that no other is left out in its place."""

    message: int
    reason: Code


@router.get("", summary="The parked keys, oldest first")
async def parked_keys(_call: Annotated[Call, lists("parking:list")], keys: Keys) -> ParkedKeys:
    return ParkedKeys(items=[_shown(parked) for parked in await keys.list()])


@router.post("/{parked_key}/retries", summary="Try again what waits, in order")
async def retry(parked_key: UUID, call: Requests, keys: Keys) -> Written:
    async def ask(beside: WriteSet) -> None:
        if not await keys.request_retry(await _lane(keys, parked_key), beside):
            raise Hidden

    return await call.perform(parked_key, ask, f"{PATH}/{parked_key}")


@router.post("/{parked_key}/skips", summary="Leave out the first message, try what waits behind it")
async def skip(parked_key: UUID, body: SkipBody, call: Requests, keys: Keys) -> Written:
    async def ask(beside: WriteSet) -> None:
        lane = await _lane(keys, parked_key)
        if not await keys.request_skip(lane, body.message, body.reason, beside):
            raise Hidden

    return await call.perform(parked_key, ask, f"{PATH}/{parked_key}")


def id_of(lane: Lane) -> UUID:
    return uuid5(NAMESPACE_URL, f"urn:leidraad:parked:{lane.group}:{lane.topic}:{lane.key}")


async def _lane(keys: Parking, parked_key: UUID) -> Lane:
    lanes = [parked.lane for parked in await keys.list() if id_of(parked.lane) == parked_key]
    if not lanes:
        raise Hidden
    [lane] = lanes
    if lane.group == VIEWS:
        raise ByItself
    return lane


def _shown(parked: Parked) -> ParkedKey:
    lane = parked.lane
    return ParkedKey(
        id=id_of(lane),
        group=lane.group,
        topic=lane.topic,
        key=lane.key,
        reason=parked.reason,
        parked_at=parked.parked_at,
        message=parked.head,
        messages=parked.messages,
        request=parked.request,
    )
