"""What effort is asked for: which activities, of which cases, grouped, split, per what month."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Query

from analytics.figures.asked import Asked, unknown
from analytics.figures.chosen import FORM, POINT, AsOpened, Reading
from analytics.views.conditions import Cases, Condition
from analytics.views.durations import Open, Span
from analytics.views.effort import By, Work
from events.views import View
from kit import problems
from kit.mistakes import Mistake
from programmes import codes
from programmes.loader import Programmes


@dataclass(frozen=True, slots=True, kw_only=True)
class EffortAsked:
    asked: Asked
    view: View
    work: Work
    by: By | None
    span: Span | None
    split_by: Condition | None
    split_by_given: str | None

    def parts(self) -> list["EffortAsked"]:
        """The whole and, where a split was asked for, those that hold and the others."""
        if self.split_by is None:
            return [self]
        cases = self.work.cases.split(self.split_by)
        return [self, *(self._of(part) for part in cases)]

    def _of(self, cases: Cases) -> "EffortAsked":
        span = replace(self.span, cases=cases) if self.span else None
        return replace(self, work=replace(self.work, cases=cases), span=span)


@dataclass(frozen=True, slots=True, kw_only=True)
class Activities:
    categories: Sequence[str]
    types: Sequence[str]


async def _activities(
    category: Annotated[Sequence[str], Query(description="Only these; by default all.")] = (),
    type_: Annotated[Sequence[str], Query(alias="type", description="Only these.")] = (),
) -> Activities:
    return Activities(categories=category, types=type_)


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """Of what `perMonth` is; both or neither."""

    start: str | None
    finish: str | None


async def _months(
    start: Annotated[
        str | None,
        Query(
            alias="from",
            description=f"Where the months of a case begin, for `perMonth`: {POINT}.",
        ),
    ] = None,
    finish: Annotated[
        str | None,
        Query(
            alias="to",
            description=f"Where they end, if not at the cut-off date: {POINT}.",
        ),
    ] = None,
) -> Months:
    if (start is None) != (finish is None):
        missing = "from" if start is None else "to"
        raise problems.invalid([{"parameter": missing, "detail": "give both or neither"}])
    return Months(start=start, finish=finish)


async def _asked(
    chosen: AsOpened,
    activities: Annotated[Activities, Depends(_activities)],
    months: Annotated[Months, Depends(_months)],
    by: Annotated[By | None, Query(description="What rows are by.")] = None,
    split_by: Annotated[
        str | None, Query(alias="splitBy", description=f"A condition: {FORM}.")
    ] = None,
) -> EffortAsked:
    reading = Reading(chosen.programmes)
    cases = chosen.cases(reading)
    condition = reading.condition("splitBy", split_by)
    span = None
    if months.start and months.finish:
        start, finish = reading.point("from", months.start), reading.point("to", months.finish)
        span = Span(cases=cases, start=start, finish=finish, since=None, until=None, open=Open.CUT)
    reading.done(_strange(activities, chosen.programmes))
    return EffortAsked(
        asked=chosen.asked,
        view=chosen.view,
        work=Work(cases=cases, categories=activities.categories, types=activities.types),
        by=by,
        span=span,
        split_by=condition,
        split_by_given=split_by,
    )


def _strange(activities: Activities, programmes: Programmes) -> list[Mistake]:
    declared = [category for d in programmes.definitions for category in d.activities]
    categories = frozenset(category.code for category in declared)
    types = frozenset().union(*(codes(category.types) for category in declared))
    asked = [("category", activities.categories, categories), ("type", activities.types, types)]
    return [unknown(name, known) for name, given, known in asked if set(given) - known]


AsEffortAsked = Annotated[EffortAsked, Depends(_asked)]
