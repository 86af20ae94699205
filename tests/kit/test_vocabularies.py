"""Codes that are words of a programme: checked at once wherever they are in a body."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import UUID

import pytest
from fastapi import APIRouter

from events.codec import Codec
from events.commands import History, StreamType
from events.contracts.contract import Code
from events.decider import Decider, Invalid
from events.memory import MemoryStore
from events.occurrence import UNKNOWN, Occurred
from events.testing import METADATA, numbered, told
from kit.access import Role, Scope
from kit.bodies import Body, Fact, Written
from kit.calls import Call
from kit.endpoints import adds
from kit.routes import Undeclared
from kit.testing import Stand, problem
from kit.vocabularies import Codes, Vocabulary

WORDS: Mapping[str, Mapping[int, frozenset[str]]] = {
    "colours": {1: frozenset({"red"}), 2: frozenset({"red", "mauve"})},
    "makers.kinds": {1: frozenset({"smith"}), 2: frozenset({"smith"})},
}
SHELF = numbered(1)
UNDER = replace(METADATA, programme="toys", programme_version=1)


def vocabularies(name: str) -> Codes:
    versions = WORDS[name]
    return lambda programme, version: versions[version] if programme == "toys" else frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    colours: tuple[str, ...]
    occurred: Occurred


CODEC = Codec[Filled]({"shelf.filled.v1": Filled})
SHELVES: StreamType[int, Filled, Filled] = StreamType(
    "shelf", Decider(0, lambda told, _: [told], lambda n, _: n + 1), CODEC
)
Colour = Annotated[Code, Vocabulary("colours")]
router = APIRouter(prefix="/v1/shelves", tags=["shelves"])


class Maker(Body):
    kind: Annotated[Code, Vocabulary("makers.kinds")]


class Part(Body):
    paint_colour: Colour | None = None
    made_by: Maker | None = None


class ShelfBody(Fact):
    main_colour: Colour = "red"
    other_colours: Annotated[tuple[Code, ...], Vocabulary("colours")] = ()
    parts: tuple[Part, ...] = ()
    size: int = 1


Adds = Annotated[Call, adds("shelf:fill")]


@router.post("/{shelf}/fillings", status_code=201)
async def fill(shelf: UUID, body: ShelfBody, call: Adds) -> Written:
    filled = Filled(colours=(body.main_colour, *body.other_colours), occurred=body.occurred_at)

    def command(_history: History) -> Filled:
        if not body.size:
            raise Invalid([("size", "is too small")])
        return filled

    return await call.execute(SHELVES, shelf, command, told=body)


@router.post("/{shelf}/beginnings", status_code=201)
async def begin(shelf: UUID, body: ShelfBody, call: Adds) -> Written:
    filled = Filled(colours=(body.main_colour,), occurred=body.occurred_at)
    return await call.execute(SHELVES, shelf, filled, told=body, new=Scope(), programme=("toys", 2))


@router.post("/{shelf}/careless-fillings", status_code=201)
async def fill_carelessly(shelf: UUID, body: ShelfBody, call: Adds) -> Written:
    filled = Filled(colours=(body.main_colour,), occurred=body.occurred_at)
    return await call.execute(SHELVES, shelf, filled)


@pytest.fixture
def stand(store: MemoryStore) -> Stand:
    return Stand(
        store,
        routers=[router],
        access={"shelf:fill": {Role.DESK}},
        scope=lambda history: Scope() if history else None,
        vocabularies=vocabularies,
    )


@pytest.fixture
async def post(stand: Stand, store: MemoryStore) -> Callable[..., Any]:
    await told(store, CODEC, SHELF, Filled(colours=(), occurred=UNKNOWN), metadata=UNDER)
    return stand.client(Role.DESK).post


FILL = f"/v1/shelves/{SHELF}/fillings"
GOOD = {
    "mainColour": "red",
    "otherColours": ["red"],
    "parts": [{"paintColour": "red", "madeBy": {"kind": "smith"}}, {}],
}
BAD = {
    "mainColour": "mauve",
    "otherColours": ["red", "mauve"],
    "parts": [{}, {"paintColour": "mauve", "madeBy": {"kind": "elf"}}],
    "size": 0,
}


async def test_known_words_and_what_is_not_given_pass(post: Callable[..., Any]) -> None:
    assert (await post(FILL, json=GOOD)).status_code == 201
    assert (await post(FILL, json={})).status_code == 201


async def test_every_unknown_word_is_named_at_its_place_with_what_else_is_wrong(
    post: Callable[..., Any], store: MemoryStore
) -> None:
    before = len(store.log)

    answer = await post(FILL, json=BAD)

    assert problem(answer) == (422, "invalid")
    assert {error["pointer"]: error["detail"] for error in answer.json()["errors"]} == {
        "#/mainColour": "must be one of: red",
        "#/otherColours/1": "must be one of: red",
        "#/parts/1/paintColour": "must be one of: red",
        "#/parts/1/madeBy/kind": "must be one of: smith",
        "#/size": "is too small",
    }
    assert len(store.log) == before


async def test_what_begins_is_checked_by_the_version_under_which_it_begins(
    stand: Stand,
) -> None:
    desk = stand.client(Role.DESK)
    path = f"/v1/shelves/{numbered(2)}/beginnings"

    begun = await desk.post(path, json={"mainColour": "mauve"})
    refused = await desk.post(path, json={"mainColour": "green"})

    assert begun.status_code == 201
    assert problem(refused) == (422, "invalid")


async def test_who_may_not_see_the_record_learns_no_word(stand: Stand) -> None:
    answer = await stand.client(Role.DESK).post(
        f"/v1/shelves/{numbered(9)}/fillings", json={"mainColour": "green"}
    )

    assert problem(answer) == (404, "not-found")


async def test_a_route_that_lets_every_word_through_answers_nobody(
    post: Callable[..., Any], store: MemoryStore
) -> None:
    before = len(store.log)

    answer = await post(f"/v1/shelves/{SHELF}/careless-fillings", json=GOOD)

    assert problem(answer) == (500, "unexpected")
    assert len(store.log) == before


def test_a_vocabulary_that_no_programme_has_is_refused_before_the_service_starts(
    store: MemoryStore,
) -> None:
    with pytest.raises(Undeclared, match=r"makers\.kinds|colours"):
        Stand(
            store,
            routers=[router],
            access={"shelf:fill": {Role.DESK}},
            scope=lambda _: None,
        )


async def test_the_openapi_document_names_the_vocabulary(stand: Stand) -> None:
    schemas = (await stand.anonymous().get("/openapi.json")).json()["components"]["schemas"]

    shelf = schemas["ShelfBody"]["properties"]
    assert shelf["mainColour"]["description"] == "From `colours` of the programme."
    assert shelf["otherColours"]["description"] == "From `colours` of the programme."
    assert schemas["Maker"]["properties"]["kind"]["description"] == (
        "From `makers.kinds` of the programme."
    )
