"""Tracks: what runs beside the support with a clock of its own, its steps, and their order."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from events.contracts.contract import Code
from programmes.published import StepEvent, one_of
from programmes.term import Declared, MaybeReasons, Term, codes, refuse

FieldType = Literal["yes-no", "date", "days", "euro", "code", "codes"]
"""What a step may say: yes, no or unknown; a day; a number of days; whole euros; terms. No text."""

CODED = ("code", "codes")

Value = str | int | tuple[str, ...]
"""A code or a day, a number, or several codes."""

Said = Mapping[str, Value]
"""By the code of the field."""


class StepField(Term):
    """What a step says beside its outcome; `published` unless it must not leave the case file."""

    type: FieldType
    terms: Annotated[MaybeReasons, Field(validate_default=True)] = ()
    published: bool = True

    @field_validator("terms")
    @classmethod
    def _of_codes(cls, terms: tuple[Term, ...], info: ValidationInfo) -> tuple[Term, ...]:
        if "type" in info.data and bool(terms) != (info.data["type"] in CODED):
            raise ValueError(f"are given where, and only where, the type is {' or '.join(CODED)}")
        return terms


class Gone(Declared):
    """A step that has gone before; where `outcomes` are named, only if it ended in one of them."""

    step: Code
    outcomes: frozenset[Code] = frozenset()


class Step(Term):
    """A step of a track, published as an event type of its own.

    `after`: one of these must have gone before; `not_after`: none of these may have.
    `shown`: the organisation that referred may see that it happened.
    """

    publishes: StepEvent
    outcomes: MaybeReasons = ()
    fields: tuple[StepField, ...] = ()
    after: tuple[Gone, ...] = ()
    not_after: tuple[Gone, ...] = ()
    repeats: bool = False
    shown: bool = False
    groups: tuple[Annotated[Code, one_of("stepGroups")], ...] = ()

    def field(self, code: str) -> StepField | None:
        return next((field for field in self.fields if field.code == code), None)


class Track(Term):
    """What runs beside the support with a clock of its own, such as an investigation or a claim."""

    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _guards_name_steps(self) -> "Track":
        refuse(_strange(self.steps))
        return self

    def step(self, code: str) -> Step | None:
        return next((step for step in self.steps if step.code == code), None)


def _strange(steps: Iterable[Step]) -> Iterator[str]:
    """Guards that no order of steps could ever be judged by."""
    outcomes = {step.code: codes(step.outcomes) for step in steps}
    for step in steps:
        for gone in (*step.after, *step.not_after):
            if gone.step not in outcomes:
                yield f"{step.code}: there is no step {gone.step}"
            elif strange := gone.outcomes - outcomes[gone.step]:
                yield f"{step.code}: {gone.step} never ends as {', '.join(sorted(strange))}"
