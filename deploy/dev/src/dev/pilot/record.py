"""One person of the cohort: what happened to them, and on which day as far as it is known."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import orjson
from pydantic import TypeAdapter

COHORT = Path(__file__).parent / "cohort.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`consent`: the form in which the person allowed that contact data are passed on."""

    kind: Literal["accepted", "declined", "no-response"]
    on: str
    reasons: tuple[str, ...] = ()
    consent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    on: str
    channel: str
    by_function: str
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Withholding:
    on: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    on: str
    decision: Literal["accepted", "screened-out"]
    assessments: dict[str, str]
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    on: str
    source: str
    screening: Screening


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    on: str
    category: str
    type: str
    contact_minutes: int
    travel_minutes: int
    registration_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a track; in this cohort a case has at most one track of each kind."""

    track: str
    step: str
    on: str
    outcome: str | None = None
    data: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    on: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of the client system; `mandate` of who speaks for the client."""

    on: str
    role: str
    relation: str
    client_type: str | None = None
    mandate: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Marks by life domain, in one wave."""

    on: str
    wave: str
    scores: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Since when, and perhaps until when, somebody took part in the study, and their marks."""

    consented: str
    scopes: tuple[str, ...]
    withdrawn: str | None = None
    marks: tuple[Marks, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """`died` and `worsened` are about the patient; persons are told of in the study only.

    `refused` is when somebody was asked to take part in the study, and did not.
    """

    case_manager: int
    first_contact: str
    activities: tuple[Activity, ...]
    steps: tuple[Step, ...]
    persons: tuple[Person, ...] = ()
    died: str | None = None
    worsened: str | None = None
    study: Study | None = None
    refused: str | None = None
    closing: Closing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """`organisation` is a hospital's number in the report, None where no hospital referred."""

    id: str
    organisation: int | None = None
    incident: str | None = None
    identified: str | None = None
    withheld: Withholding | None = None
    attempts: tuple[Attempt, ...] = ()
    referral: Referral | None = None
    support: Support | None = None


_RECORD = TypeAdapter(Record)


def load(path: Path = COHORT) -> list[Record]:
    return [_RECORD.validate_json(line) for line in path.read_bytes().splitlines()]


def dump(records: Iterable[Record]) -> bytes:
    return b"".join(_line(record) for record in records)


def _line(record: Record) -> bytes:
    content = _RECORD.dump_python(record, mode="json", exclude_none=True, exclude_defaults=True)
    return orjson.dumps(content, option=orjson.OPT_APPEND_NEWLINE)
