"""What requests and answers are made of: strict bodies, facts with a time, answers of writes."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

from events.occurrence import Occurred, Precision, civil_day
from kit.clock import REQUEST_TIME


class Body(BaseModel):
    """A request body: camelCase, nothing unknown, no number that JSON cannot carry."""

    model_config = ConfigDict(  # type: ignore[pydantic-alias]  # one spelling only: camelCase
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        validate_by_name=False,
        validate_by_alias=True,
        allow_inf_nan=False,
        str_strip_whitespace=True,
    )


class Answer(BaseModel):
    """An answer: camelCase, and every field always there, so it has no defaults."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        validate_by_name=True,
        serialize_by_alias=True,
    )


class Written(Answer):
    """What a write answers: the resource, its version now, and the position to read from."""

    id: UUID
    version: int
    position: int


def _occurred(text: object) -> Occurred:
    if not isinstance(text, str):
        raise ValueError(_FORM)  # noqa: TRY004  a TypeError would be no validation error
    try:
        occurred = Occurred.parse(text)
    except (ValueError, OverflowError):
        raise ValueError(_FORM) from None
    if occurred.at and occurred.at > REQUEST_TIME.get(
        datetime.max.replace(tzinfo=occurred.at.tzinfo)
    ):
        raise ValueError("what has happened cannot lie in the future")
    return occurred


_FORM = "a year, month, day, an instant with its offset, or `unknown` is needed"

OccurredAt = Annotated[
    Occurred,
    PlainValidator(_occurred),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "description": "When it happened, as precisely as it is known; never in the future.",
            "examples": ["2019", "2019-03", "2019-03-05", "2019-03-05T10:00:00Z", "unknown"],
        }
    ),
]


def _dated(occurred: Occurred) -> Occurred:
    if occurred.precision in (Precision.INSTANT, Precision.UNKNOWN):
        raise ValueError("a year, month or day is needed, or null if it is not known")
    return occurred


PastDate = Annotated[OccurredAt, AfterValidator(_dated)]
"""When something was, as a date of which at least the year is known."""


def _told(text: object, precision: Precision, form: str) -> datetime:
    """That precise; raises ValueError with the form that is needed."""
    if not isinstance(text, str):
        raise ValueError(form)  # noqa: TRY004  a TypeError would be no validation error
    try:
        told = Occurred.parse(text)
    except (ValueError, OverflowError):
        raise ValueError(form) from None
    if told.at is None or told.precision is not precision:
        raise ValueError(form)
    return told.at


def _instant(text: object) -> datetime:
    return _told(text, Precision.INSTANT, _INSTANT)


def _day(text: object) -> date:
    return civil_day(_told(text, Precision.DAY, _DAY))


_DAY = "a date is needed, such as 2019-03-05"
_INSTANT = "an instant with its offset is needed, such as 2027-03-05T10:00:00+01:00"

Instant = Annotated[
    datetime,
    PlainValidator(_instant),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "description": "With its offset; it may lie in the future.",
            "examples": ["2027-03-05T10:00:00+01:00"],
        }
    ),
]


CivilDay = Annotated[
    date,
    PlainValidator(_day),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date",
            "description": "It may lie in the future.",
            "examples": ["2027-03-05"],
        }
    ),
]


def _now() -> Occurred:
    return Occurred.instant(REQUEST_TIME.get())


class Fact(Body):
    """The body of a request that tells what happened; without `occurredAt` it happened just now."""

    occurred_at: OccurredAt = Field(default_factory=_now)
