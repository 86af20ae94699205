"""The AsyncAPI document: valid by the official schema, and true of what we send."""

import re
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import orjson
import pytest
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker

from events.asyncapi import document
from events.contracts import registry, type_name
from events.contracts.casefile import STANDS_FOR
from events.contracts.intake import OfferAccepted
from events.envelope import to_message
from events.store import Json, Recorded
from events.testing import recorded
from programmes.asyncapi import main
from programmes.loader import SHIPPED, load

TYPES = registry(load().track_steps())
DOCUMENT = document(TYPES)
OFFICIAL = files("events.contracts") / "vendored" / "asyncapi-3.0.0.json"


@pytest.fixture(scope="module")
def official() -> Draft7Validator:
    return Draft7Validator(orjson.loads(OFFICIAL.read_bytes()))


def test_the_document_is_valid_by_the_official_schema(official: Draft7Validator) -> None:
    assert [error.message for error in official.iter_errors(DOCUMENT)] == []


@pytest.mark.parametrize("part", ["asyncapi", "info"])
def test_the_official_schema_refuses_a_document_without(
    official: Draft7Validator, part: str
) -> None:
    without = {name: value for name, value in DOCUMENT.items() if name != part}

    assert not official.is_valid(without)


def test_every_reference_leads_somewhere() -> None:
    references = list(_references(DOCUMENT))

    assert references
    for reference in references:
        assert _at(reference) is not None


def test_every_type_is_a_message_of_the_channel_of_its_service() -> None:
    listed = {
        type_: address
        for address, channel in DOCUMENT["channels"].items()
        for type_ in channel["messages"]
    }

    assert listed == {type_: f"{type_.split('.')[1]}.events" for type_ in TYPES}
    assert {"leidraad.casefile.liability-claim-filed.v1"} <= listed.keys()


def test_what_we_send_is_as_documented() -> None:
    event: Recorded[Json] = recorded({}, 1)
    accepted = OfferAccepted(attempt=1, reasons=["unknown"])
    sent = to_message(event, ("offer-accepted", accepted))
    headers = {name: value.decode() for name, value in sent.headers}
    schemas = DOCUMENT["components"]["schemas"]

    _validator(schemas["envelope"]).validate(headers)
    assert headers.keys() <= schemas["envelope"]["properties"].keys()
    _validator(schemas[headers["ce_type"]]).validate(orjson.loads(sent.value))


@pytest.mark.parametrize(
    ("header", "value"),
    [("ce_id", "1"), ("ce_occurredat", "yesterday"), ("ce_specversion", "0.3")],
)
def test_the_documented_envelope_refuses_others(header: str, value: str) -> None:
    sent = to_message(recorded({}, 1), ("offer-accepted", OfferAccepted(attempt=1, reasons=[])))
    headers = {name: value.decode() for name, value in sent.headers}

    envelope = _validator(DOCUMENT["components"]["schemas"]["envelope"])

    assert not envelope.is_valid({**headers, header: value})


def test_the_command_prints_the_document() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "programmes.asyncapi"], env={}, capture_output=True, check=True
    )

    assert orjson.loads(printed.stdout) == DOCUMENT


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Runs it with these arguments and this folder in the environment."""

    def run(*arguments: str, programmes: Path | str) -> None:
        monkeypatch.setattr(sys, "argv", ["asyncapi", *arguments])
        monkeypatch.setenv("LEIDRAAD_PROGRAMMES", str(programmes))
        main()

    return run


@pytest.mark.parametrize("given", ["by-setting", "by-argument"])
def test_the_command_reads_the_definitions_that_the_services_read_or_those_it_is_given(
    command: Callable[..., None],
    tmp_path: Path,
    capsysbinary: pytest.CaptureFixture[bytes],
    given: str,
) -> None:
    shipped = (SHIPPED / "medical-incidents.yaml").read_text()
    renamed = shipped.replace("settlement-offered", "settlement-bid")
    (tmp_path / "medical-incidents.yaml").write_text(renamed)

    if given == "by-setting":
        command(programmes=tmp_path)
    else:
        command(str(tmp_path), programmes="elsewhere")

    printed = orjson.loads(capsysbinary.readouterr().out)
    assert "leidraad.casefile.settlement-bid.v1" in printed["components"]["schemas"]


def test_the_command_explains_itself(
    command: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="0"):
        command("--help", programmes="")

    assert "LEIDRAAD_PROGRAMMES" in capsys.readouterr().out


def test_the_command_ends_with_what_is_wrong_with_the_definitions(
    command: Callable[..., None], tmp_path: Path
) -> None:
    with pytest.raises(SystemExit, match=f"{tmp_path}: holds no definition"):
        command(programmes=tmp_path)


def test_a_step_is_documented_with_what_it_says() -> None:
    payload = DOCUMENT["components"]["schemas"]["leidraad.casefile.settlement-offered.v1"]
    said = payload["properties"]["data"]["properties"]

    assert said.keys() == {"amount", "respondBy", "final"}
    assert said["respondBy"]["anyOf"][0] == {"type": "string", "format": "date"}


def test_a_correction_under_a_name_of_its_own_says_in_whose_place_it_stands() -> None:
    messages = DOCUMENT["components"]["messages"]

    said = {type_ for type_, message in messages.items() if "description" in message}
    assert said == {type_name("casefile", correction) for correction in STANDS_FOR}
    visit = messages["leidraad.casefile.first-visit-corrected.v1"]["description"]
    assert "`leidraad.casefile.first-visit-made.v1`" in visit


def _validator(schema: Json) -> Draft202012Validator:
    return Draft202012Validator(schema, format_checker=FormatChecker())


def _references(node: Any) -> list[str]:  # noqa: ANN401 - any JSON
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [r for below in node.values() for r in _references(below)]
    if isinstance(node, list):
        return [r for below in node for r in _references(below)]
    return []


def _at(reference: str) -> object:
    node: Any = DOCUMENT
    for part in re.split("/", reference.removeprefix("#/")):
        node = cast("Json", node)[part]
    return node
