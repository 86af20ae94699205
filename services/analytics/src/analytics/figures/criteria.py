"""Whom another version of the criteria would admit, of those who were referred and screened."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from analytics.figures.asked import AsAsked, Asked, unknown
from analytics.figures.figure import Basis, Behind, basis, events_behind
from analytics.parts import TheProgrammes
from analytics.views import screenings
from analytics.views.behind import of_keys
from analytics.views.screenings import SCREENINGS
from analytics.views.snapshot import TheSnapshots
from events.contracts.contract import Known
from kit import problems
from kit.bodies import Answer
from kit.endpoints import lists
from kit.paging import AtPage, Listed
from programmes.criteria import CriteriaVersion
from programmes.loader import Programmes

router = APIRouter(tags=["figures"])

Rules = Mapping[tuple[str, int], CriteriaVersion]
"""By programme and version of the criteria."""


class Verdicts(Answer):
    """`unknown`: that depends on a criterion of which nobody told whether it is met."""

    eligible: int
    not_eligible: int
    unknown: int


class CriteriaRow(Answer):
    """Who was screened by `criteriaVersion`, what that says of them, and what the other does.

    `accepted` were accepted by the desk, which may screen out for other reasons than the criteria.
    """

    criteria_version: int
    in_force: Known
    compared: Known
    referrals: int
    accepted: int


class CriteriaFigure(Answer):
    """`n` referrals were screened; `unscreened` wait for it or were withdrawn.

    `inForce` is by the version that decided on each, `compared` by the `version` asked for.
    """

    n: int
    basis: Basis
    version: int
    unscreened: int
    in_force: Verdicts
    compared: Verdicts
    rows: list[CriteriaRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaAsked:
    """`programmes` are those that have the version, of the ones asked for."""

    asked: Asked
    version: int
    rules: Rules
    programmes: frozenset[str]


async def _asked(
    asked: AsAsked,
    programmes: TheProgrammes,
    version: Annotated[int, Query(description="Of the criteria, in force or only proposed.")],
) -> CriteriaAsked:
    rules = _rules(programmes)
    chosen = {asked.cut.programme} if asked.cut.programme else programmes.codes()
    known = {number for code, number in rules if code in chosen}
    if version not in known:
        raise problems.invalid([unknown("version", frozenset(map(str, known)))])
    have = frozenset(code for code in chosen if (code, version) in rules)
    return CriteriaAsked(asked=asked, version=version, rules=rules, programmes=have)


AsCriteriaAsked = Annotated[CriteriaAsked, Depends(_asked)]


def _rules(programmes: Programmes) -> Rules:
    """As the latest version of each programme has them."""
    return {
        (definition.code, criteria.version): criteria
        for definition in sorted(programmes.definitions, key=lambda d: d.valid_from)
        for criteria in definition.criteria
    }


@router.get(
    "/v1/figures/criteria",
    summary="Whom another version of the criteria would admit",
    dependencies=[lists("figure:read")],
)
async def read_criteria(criteria: AsCriteriaAsked, snapshots: TheSnapshots) -> CriteriaFigure:
    asked = criteria.asked
    async with snapshots.of(asked.min_position, SCREENINGS) as snapshot:
        found = await snapshot.fetch(screenings.counts(asked.cut, criteria.programmes))
        rests_on = await basis(snapshot, asked)
    rows = judged(found, criteria.rules, criteria.version)
    return CriteriaFigure(
        n=sum(row.referrals for row in rows),
        basis=rests_on,
        version=criteria.version,
        unscreened=sum(each["referrals"] for each in found if each["criteria_version"] is None),
        in_force=_verdicts((row.in_force, row.referrals) for row in rows),
        compared=_verdicts((row.compared, row.referrals) for row in rows),
        rows=rows,
    )


def judged(found: Iterable[Mapping[str, Any]], rules: Rules, version: int) -> list[CriteriaRow]:
    """The screened by the version that decided on them, its verdict, and that of another one."""
    referrals: Counter[tuple[int, Known, Known]] = Counter()
    accepted: Counter[tuple[int, Known, Known]] = Counter()
    for each in found:
        decided = each["criteria_version"]
        if decided is not None:
            outcomes = dict(said.split("=") for said in each["outcomes"])
            in_force, compared = (
                _verdict(rules.get((each["programme"], number)), outcomes)
                for number in (decided, version)
            )
            referrals[decided, in_force, compared] += each["referrals"]
            accepted[decided, in_force, compared] += each["accepted"]
    return [
        CriteriaRow(
            criteria_version=decided,
            in_force=in_force,
            compared=compared,
            referrals=number,
            accepted=accepted[decided, in_force, compared],
        )
        for (decided, in_force, compared), number in sorted(referrals.items())
    ]


def _verdict(criteria: CriteriaVersion | None, outcomes: Mapping[str, str]) -> Known:
    """Of a version that no definition has any more, nobody knows."""
    return criteria.verdict(outcomes) if criteria else "unknown"


def _verdicts(judged: Iterable[tuple[Known, int]]) -> Verdicts:
    counted: Counter[Known] = Counter()
    for verdict, number in judged:
        counted[verdict] += number
    return Verdicts(eligible=counted["yes"], not_eligible=counted["no"], unknown=counted["unknown"])


@router.get(
    "/v1/figures/criteria/events",
    summary="The events behind the comparison of criteria",
    dependencies=[lists("figure:read-events")],
)
async def list_criteria_events(
    criteria: AsCriteriaAsked, page: AtPage, snapshots: TheSnapshots
) -> Listed[Behind]:
    asked = criteria.asked
    keys = screenings.keys(asked.cut, criteria.programmes)
    concern = of_keys(keys, screenings.TYPES, asked.cut)
    async with snapshots.of(asked.min_position, SCREENINGS) as snapshot:
        return await events_behind(snapshot, concern, asked, page)
