"""What the points and conditions in a question mean, and which of them nobody knows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Depends, Query

from analytics.figures.asked import AsAsked, Asked
from analytics.parts import TheProgrammes
from analytics.views.conditions import Cases, Condition, Point, Strange
from analytics.views.milestones import milestone_names, milestones
from events.views import View
from kit import problems
from kit.mistakes import Mistake
from programmes.loader import Programmes

T = TypeVar("T", Point, Condition)

POINT = (
    "`milestone`, `milestone:outcome`, `milestone.field=value` or `milestone:outcome.field=value`"
)
FORM = f"{POINT}; or two of them, `first<second`"
CASE_OPENED = "case-opened"


class Reading:
    """Takes the texts of a question by parameter, and refuses them with all mistakes at once."""

    def __init__(self, programmes: Programmes) -> None:
        self._known = milestone_names(programmes)
        self._mistakes: list[Mistake] = []

    def point(self, parameter: str, text: str) -> Point:
        return self._read(Point, parameter, text) or Point(text)

    def condition(self, parameter: str, text: str | None) -> Condition | None:
        return self._read(Condition, parameter, text) if text is not None else None

    def conditions(self, parameter: str, texts: Sequence[str]) -> tuple[Condition, ...]:
        found = (self._read(Condition, parameter, text) for text in texts)
        return tuple(condition for condition in found if condition)

    def done(self, more: Sequence[Mistake] = ()) -> None:
        if mistakes := [*self._mistakes, *more]:
            raise problems.invalid(mistakes)

    def _read(self, kind: type[T], parameter: str, text: str) -> T | None:
        try:
            return kind.parse(text, self._known)
        except Strange as strange:
            self._mistakes.append({"parameter": parameter, "detail": str(strange)})
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Of which cases a figure is; not read yet."""

    asked: Asked
    among: Sequence[str]
    without: Sequence[str]
    programmes: Programmes

    @property
    def view(self) -> View:
        return milestones(self.programmes)

    def read(self, more: Sequence[Mistake] = ()) -> Cases:
        """Of a question that names no other points and conditions than these."""
        reading = Reading(self.programmes)
        cases = self.cases(reading)
        reading.done(more)
        return cases

    def cases(self, reading: Reading) -> Cases:
        return Cases(
            cut=self.asked.cut,
            among=reading.conditions("among", self.among),
            without=reading.conditions("without", self.without),
        )


async def _chosen(
    asked: AsAsked,
    programmes: TheProgrammes,
    among: Annotated[
        Sequence[str], Query(description=f"Only cases for which all of these hold: {FORM}.")
    ] = (),
    without: Annotated[
        Sequence[str], Query(description="Only cases for which none of these holds.")
    ] = (),
    organisation: Annotated[
        Sequence[UUID], Query(description="Only cases that these organisations referred.")
    ] = (),
) -> Chosen:
    cut = replace(asked.cut, organisations=tuple(organisation))
    return Chosen(
        asked=replace(asked, cut=cut), among=among, without=without, programmes=programmes
    )


async def _opened(chosen: Annotated[Chosen, Depends(_chosen)]) -> Chosen:
    return Chosen(
        asked=chosen.asked,
        among=chosen.among or (CASE_OPENED,),
        without=chosen.without,
        programmes=chosen.programmes,
    )


AsChosen = Annotated[Chosen, Depends(_chosen)]
"""How a route is about some cases: a parameter of this type."""

AsOpened = Annotated[Chosen, Depends(_opened)]
"""The same, by default of all cases that were opened."""
