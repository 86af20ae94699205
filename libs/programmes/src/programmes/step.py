"""What a step says: as a request gives it, as the log keeps it, and as it is published."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Annotated, Any

from pydantic import Field, create_model
from pydantic.alias_generators import to_camel

from events.contracts.casefile import StepData, TrackStepRecorded
from events.contracts.contract import Code, Known
from events.decider import not_among
from events.occurrence import FIRST_YEAR, LAST_YEAR
from programmes.term import Term, codes
from programmes.track import FieldType, Said, Step, StepField, Value

Number = Annotated[int, Field(ge=0)]

_PUBLISHED_AS: Mapping[FieldType, Any] = {
    "yes-no": Known | None,
    "date": date | None,
    "days": Number | None,
    "euro": Number | None,
    "code": Code | None,
    "codes": tuple[Code, ...] | None,
}


def name_of(field: StepField) -> str:
    """Its name in JSON: `some-field` is `someField`."""
    return to_camel(field.code.replace("-", "_"))


def said(step: Step, given: Mapping[str, Value]) -> tuple[Said, list[tuple[str, str]]]:
    """What a request gives by JSON name, as the log keeps it; and what is wrong with it."""
    fields = {name_of(field): field for field in step.fields}
    strange = [(name, _instead(name, fields)) for name in given if name not in fields]
    known = [(name, fields[name], value) for name, value in given.items() if name in fields]
    wrong = [(name, need) for name, field, value in known if (need := _need(field, value))]
    return {field.code: value for _, field, value in known}, [*strange, *wrong]


def _instead(name: str, fields: Mapping[str, StepField]) -> str:
    """The right spelling of the name, or else which names there are."""
    spelt = next((right for right, field in fields.items() if field.code == name), None)
    if spelt:
        return f"is written {spelt} here"
    return f"is not known here; there is: {', '.join(sorted(fields)) or 'nothing'}"


def _need(field: StepField, value: Value) -> str | None:
    """What the field would need instead."""
    match field.type, value:
        case ("yes-no", "yes" | "no" | "unknown"):
            return None
        case ("date", str(text)) if _is_day(text):
            return None
        case (("days" | "euro"), int(number)) if number >= 0:
            return None
        case ("code", str(code)) if code in codes(field.terms):
            return None
        case ("codes", tuple(several)) if several and set(several) <= codes(field.terms):
            return None
    return _NEEDS[field.type](field.terms)


def _is_day(text: str) -> bool:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return False
    return day.isoformat() == text and FIRST_YEAR <= day.year <= LAST_YEAR


def _among(terms: Iterable[Term]) -> str:
    return ", ".join(sorted(codes(terms)))


_NEEDS: Mapping[FieldType, Callable[[Sequence[Term]], str]] = {
    "yes-no": lambda _: not_among(["yes", "no", "unknown"]),
    "date": lambda _: "must be a day, such as 2019-03-05",
    "days": lambda _: "must be a number of days",
    "euro": lambda _: "must be a number of whole euros",
    "code": lambda terms: not_among(codes(terms)),
    "codes": lambda terms: f"must be a list of: {_among(terms)}",
}


def shown(step: Step | None, data: Said) -> Said:
    """What the log keeps, by JSON name."""
    return {name_of(f): data[f.code] for f in (step.fields if step else ()) if f.code in data}


def published(step: Step, data: Said) -> Said:
    """What of it may leave the case file."""
    return {name_of(f): data[f.code] for f in step.fields if f.published and f.code in data}


@cache
def contract(steps: tuple[Step, ...]) -> type[TrackStepRecorded]:
    """The contract of steps that are published under one name: with the fields of all of them."""
    fields = {f.code: f for step in steps for f in step.fields if f.published}
    declared: dict[str, Any] = {
        code.replace("-", "_"): (_PUBLISHED_AS[f.type], Field(None, description=_meaning(f)))
        for code, f in fields.items()
    }
    data = create_model("StepData", __base__=StepData, __doc__=StepData.__doc__, **declared)
    return create_model(
        "TrackStepRecorded",
        __base__=TrackStepRecorded,
        __doc__=f"{steps[0].en[:1].upper()}{steps[0].en[1:]}: a step of a track beside the case.",
        data=(data, data()),
    )


def _meaning(field: StepField) -> str:
    return f"{field.en}: {_among(field.terms)}" if field.terms else field.en


def disagreements(told: Mapping[str, Sequence[Step]]) -> Iterator[str]:
    """Fields that are of one type in one definition and of another type in the next."""
    for name, steps in told.items():
        types: dict[str, set[FieldType]] = {}
        for field in (f for step in steps for f in step.fields):
            types.setdefault(field.code, set()).add(field.type)
        for code, several in types.items():
            if len(several) > 1:
                yield f"{name}: {code} is {' and '.join(sorted(several))} in two definitions"
