"""Criteria by version: those in force from a day on, and those that are only proposed."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from events.contracts.contract import Code, Known
from programmes.term import Declared, Source, Terms, Version, codes


class CriteriaVersion(Declared):
    """Criteria in force from a day on; `accepts_when`: one of these sets must be met in full.

    A version without `valid_from` is proposed: it decides on nobody, but can be asked what it
    would have decided, as far as its criteria were assessed.
    """

    version: Version
    valid_from: date | None = None
    valid_from_source: Annotated[Source | None, Field(validate_default=True)] = None
    source: Source
    criteria: Terms
    accepts_when: Annotated[tuple[frozenset[Code], ...], Field(min_length=1)]

    @field_validator("valid_from_source")
    @classmethod
    def _of_a_day(cls, source: str | None, info: ValidationInfo) -> str | None:
        if "valid_from" in info.data and (source is None) != (info.data["valid_from"] is None):
            raise ValueError("is given where, and only where, validFrom is given")
        return source

    @field_validator("accepts_when")
    @classmethod
    def _names_criteria(
        cls, sets: tuple[frozenset[str], ...], info: ValidationInfo
    ) -> tuple[frozenset[str], ...]:
        if "criteria" not in info.data:
            return sets
        unknown = frozenset().union(*sets) - codes(info.data["criteria"])
        if unknown:
            raise ValueError(f"names criteria that are not declared: {', '.join(sorted(unknown))}")
        if not all(sets):
            raise ValueError("an empty set of criteria would accept everyone")
        return sets

    def accepts(self, outcomes: Mapping[str, str]) -> bool:
        """Whether one of the sets is met in full; `unknown` never counts as met."""
        return self.verdict(outcomes) == "yes"

    def verdict(self, outcomes: Mapping[str, str]) -> Known:
        """Whether it would accept; `unknown` where that depends on what nobody assessed."""
        told = [{outcomes.get(code, "unknown") for code in each} for each in self.accepts_when]
        if any(each == {"yes"} for each in told):
            return "yes"
        return "no" if all("no" in each for each in told) else "unknown"


def in_order(versions: tuple[CriteriaVersion, ...], begins: date | None) -> None:
    """Raises ValueError where it would not be clear which version is in force."""
    by_version = sorted(versions, key=lambda v: v.version)
    days = [v.valid_from for v in by_version if v.valid_from]
    if days != sorted(set(days)):
        raise ValueError("a later version must be valid from a later day")
    if begins and (not days or days[0] > begins):
        raise ValueError("no version is in force on the programme's first day")


def in_force(versions: tuple[CriteriaVersion, ...], day: date) -> CriteriaVersion:
    """The version in force; days before the programme began are judged by the first one."""
    dated = [(v.valid_from, v) for v in versions if v.valid_from]
    begun = [(since, v) for since, v in dated if since <= day] or [min(dated, key=lambda d: d[0])]
    return max(begun, key=lambda d: d[0])[1]
