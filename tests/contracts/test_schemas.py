"""The golden schemas: what is published is what was promised, and only ever grows."""

from copy import deepcopy
from pathlib import Path
from typing import Any, cast

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from events.contracts import type_name
from events.contracts.contract import Contract
from events.contracts.golden import (
    FOLDER,
    TRACK_STEP,
    free_strings,
    golden,
    golden_types,
    schema,
    taken_back,
    write,
)
from events.contracts.intake import OfferMade
from programmes.golden import FOLDER as STEP_FOLDER
from programmes.golden import step_types

TYPES = sorted(golden_types())
STEP_TYPES = step_types()
STEPS = sorted(STEP_TYPES)
OFFER_MADE = "leidraad.intake.offer-made.v1"


@pytest.mark.parametrize("type_", TYPES)
def test_the_schema_is_the_golden_one(type_: str) -> None:
    """If this fails after an addition: `python -m events.contracts.golden`."""
    assert schema(type_, golden_types()[type_]) == golden(type_)


def test_no_type_that_was_promised_has_gone() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == set(TYPES)


@pytest.mark.parametrize("type_", TYPES)
def test_no_field_can_hold_free_text(type_: str) -> None:
    made = schema(type_, golden_types()[type_])

    Draft202012Validator.check_schema(made)
    assert list(free_strings(made)) == []


@pytest.mark.parametrize("type_", STEPS)
def test_the_schema_of_a_step_is_the_golden_one_and_grew_out_of_the_template(type_: str) -> None:
    """If this fails after an addition: `python -m programmes.golden`."""
    made = schema(type_, STEP_TYPES[type_])
    template = golden(type_name("casefile", TRACK_STEP))

    assert made == golden(type_, STEP_FOLDER)
    assert template is not None
    assert taken_back(template, made) == []
    assert list(free_strings(made)) == []


def test_no_step_that_was_promised_has_gone() -> None:
    assert {file.stem for file in STEP_FOLDER.glob("*.json")} == set(STEPS)


def promised() -> dict[str, Any]:
    made = golden(OFFER_MADE)
    assert made is not None
    return deepcopy(made)


def test_one_more_field_takes_nothing_back() -> None:
    class More(OfferMade):
        urgent: bool

    assert taken_back(promised(), schema(OFFER_MADE, More)) == []


def test_other_words_take_nothing_back() -> None:
    other = promised()
    other["description"] = other["properties"]["attempt"]["title"] = "Otherwise"

    assert taken_back(promised(), other) == []


def test_a_field_that_is_gone_is_taken_back() -> None:
    other = promised()
    del other["properties"]["channel"]

    assert taken_back(promised(), other) == ["channel is gone"]


def test_a_field_that_may_be_missing_is_taken_back() -> None:
    other = promised()
    other["required"].remove("channel")

    assert taken_back(promised(), other) == ["channel may be missing"]


def test_a_field_that_is_something_else_is_taken_back() -> None:
    other = promised()
    other["properties"]["attempt"] = {"type": "string", "pattern": "^[0-9]+$"}

    assert taken_back(promised(), other) == ["attempt is something else"]


class Place(Contract):
    floor: int


class Somewhere(OfferMade):
    place: Place


def test_what_a_field_consists_of_may_grow_and_is_held_to_what_it_was() -> None:
    class Better(Place):
        room: int

    class SomewhereBetter(OfferMade):
        place: Better

    old, new = schema(OFFER_MADE, Somewhere), schema(OFFER_MADE, SomewhereBetter)

    assert taken_back(old, new) == []
    assert taken_back(new, old) == ["place: room is gone"]


def test_a_schema_stands_alone_within_a_document() -> None:
    assert "$ref" not in str(schema(OFFER_MADE, Somewhere))


def test_the_command_writes_what_has_grown_and_refuses_what_is_taken_back(tmp_path: Path) -> None:
    class More(OfferMade):
        urgent: bool

    assert write({OFFER_MADE: OfferMade}, tmp_path) == []
    assert write({OFFER_MADE: More}, tmp_path) == []
    grown = (tmp_path / f"{OFFER_MADE}.json").read_text()

    assert write({OFFER_MADE: OfferMade}, tmp_path) == [f"{OFFER_MADE}: urgent is gone"]
    assert (tmp_path / f"{OFFER_MADE}.json").read_text() == grown


class Loose(BaseModel):
    word: str
    words: list[str]
    anything: dict[str, object]


def test_free_text_is_found_wherever_it_hides() -> None:
    assert list(free_strings(schema("loose", cast("type[Contract]", Loose)))) == [
        "/properties/word",
        "/properties/words/items",
        "/properties/anything",
    ]
