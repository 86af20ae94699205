"""A toy service, on which the edge is tested: toys belong to an organisation and can be painted."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated
from uuid import UUID

import pytest
from fastapi import APIRouter, Query
from pydantic import Field
from structlog.testing import capture_logs
from structlog.typing import EventDict
from uuid_utils.compat import uuid7

from events.codec import Codec
from events.commands import History, StreamType
from events.decider import Decider, Invalid, Rejected
from events.memory import MemoryStore
from events.occurrence import Occurred
from kit.access import AccessTable, Role, Scope
from kit.bodies import Answer, Fact, Written
from kit.calls import Call
from kit.endpoints import adds, changes, lists, reads
from kit.moments import AtMoment
from kit.paging import AtPage, Listed
from kit.testing import Stand, at


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyMade:
    organisation: UUID
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyPainted:
    colour: str
    occurred: Occurred


ToyEvent = ToyMade | ToyPainted


@dataclass(frozen=True, slots=True, kw_only=True)
class Toy:
    organisation: UUID | None = None
    colour: str = "plain"


def decide(command: ToyEvent, toy: Toy) -> list[ToyEvent]:
    if isinstance(command, ToyPainted) and command.colour == "mauve":
        raise Rejected("ugly", "Mauve does not suit a toy.")
    if isinstance(command, ToyPainted) and command.colour == "nothing":
        raise Invalid([("colour", "is no colour")])
    if isinstance(command, ToyPainted) and command.colour == toy.colour:
        return []
    return [command]


def evolve(toy: Toy, event: ToyEvent) -> Toy:
    match event:
        case ToyMade():
            return Toy(organisation=event.organisation)
        case ToyPainted():
            return replace(toy, colour=event.colour)


CODEC: Codec[ToyEvent] = Codec({"toy.made.v1": ToyMade, "toy.painted.v1": ToyPainted})
TOY = StreamType("toy", Decider(Toy(), decide, evolve), CODEC)
EVERYONE = frozenset(Role)
ACCESS: AccessTable = {
    "toy:make": frozenset({Role.REFERRER, Role.DESK}),
    "toy:paint": frozenset({Role.REFERRER, Role.DESK}),
    "toy:read": EVERYONE - {Role.OPERATOR},
    "toy:list": EVERYONE,
}

router = APIRouter(prefix="/v1/toys", tags=["toys"])


class ToyBody(Fact):
    organisation: UUID
    size_in_mm: int = Field(default=1, ge=1)


class PaintBody(Fact):
    colour: str = Field(max_length=20)


class ToyAnswer(Answer):
    id: UUID
    colour: str


@router.post("", status_code=201)
async def make(body: ToyBody, call: Annotated[Call, adds("toy:make")]) -> Written:
    made = ToyMade(organisation=body.organisation, occurred=body.occurred_at)
    return await call.execute(TOY, uuid7(), made, new=Scope(organisation=body.organisation))


@router.post("/{toy}/coats")
async def coat(toy: UUID, body: PaintBody, call: Annotated[Call, adds("toy:paint")]) -> Written:
    painted = ToyPainted(colour=body.colour, occurred=body.occurred_at)
    return await call.execute(TOY, toy, painted)


@router.put("/{toy}/colour")
async def paint(toy: UUID, body: PaintBody, call: Annotated[Call, changes("toy:paint")]) -> Written:
    painted = ToyPainted(colour=body.colour, occurred=body.occurred_at)
    return await call.execute(TOY, toy, painted)


@router.get("/{toy}")
async def read(toy: UUID, at: AtMoment, call: Annotated[Call, reads("toy:read")]) -> ToyAnswer:
    state = TOY.state(await call.read(toy, at), toy)
    return ToyAnswer(id=toy, colour=state.colour)


@router.get("")
async def numbers(
    call: Annotated[Call, lists("toy:list")],
    page: AtPage,
    _owners: Annotated[Sequence[UUID], Query(alias="owner")] = (),
) -> Listed[int]:
    """As many numbers as there are events, to page through."""
    last = (await call.edge.store.head()).position
    begin = page.after[0] if page.after else 0
    rows = range(begin + 1, last + 1)[: page.fetch]
    return page.answer(rows, lambda row: [row], lambda row: row)


@router.get("/{toy}/faults")
async def fail(toy: UUID, _call: Annotated[Call, reads("toy:read")]) -> ToyAnswer:
    raise RuntimeError(f"something about Jan Jansen and {toy}")


@router.get("/{toy}/rumours")
async def rumour(toy: UUID, _call: Annotated[Call, reads("toy:read")]) -> ToyAnswer:
    """Forgets to ask who may see it."""
    return ToyAnswer(id=toy, colour="red")


def scope(history: History) -> Scope | None:
    made = [e.event for r in history if isinstance((e := CODEC.decode(r)).event, ToyMade)]
    return Scope(organisation=made[0].organisation) if made else None


NOW = "2026-03-05T10:00:00+00:00"


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[EventDict]]:
    with capture_logs() as captured:
        yield captured


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore("toys", at(NOW))


@pytest.fixture
def stand_of(store: MemoryStore) -> Callable[..., Stand]:
    """Makes the toy service with other settings."""
    return partial(Stand, store, routers=[router], access=ACCESS, scope=scope, clock=at(NOW))


@pytest.fixture
def stand(stand_of: Callable[..., Stand]) -> Stand:
    return stand_of()
