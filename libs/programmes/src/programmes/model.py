"""What a programme declares: its terms, criteria, tracks, deadlines and mails, as checked data."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from events.contracts.contract import Code
from events.occurrence import CIVIL_TIME
from programmes.notification import Notification
from programmes.published import PublishedType, StepEvent
from programmes.term import Declared, Labels, Reasons, Source, Term, Terms, Version, codes

__all__ = [
    "Category",
    "CriteriaVersion",
    "Deadline",
    "Definition",
    "Notification",
    "Offer",
    "ReferralSource",
    "Step",
    "Term",
    "Track",
    "codes",
]


class ReferralSource(Term):
    """Where a referral comes from; organisations of a kind that `offers` find the candidates."""

    offers: bool = False


class Offer(Declared):
    """How and by whom an offer is made, and how it is answered."""

    channels: Terms
    functions: Terms
    accept_reasons: Reasons
    decline_reasons: Reasons
    withhold_reasons: Reasons
    consent_forms: Terms


class CriteriaVersion(Declared):
    """Criteria in force from a day on; `accepts_when`: one of these sets must be met in full."""

    version: Version
    valid_from: date
    valid_from_source: Source
    source: Source
    criteria: Terms
    accepts_when: Annotated[tuple[frozenset[Code], ...], Field(min_length=1)]

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
        met = {criterion for criterion, outcome in outcomes.items() if outcome == "yes"}
        return any(criteria <= met for criteria in self.accepts_when)


class Category(Term):
    """A group of activities."""

    types: Terms


class Step(Term):
    """A step of a track, published as an event type of its own."""

    publishes: StepEvent
    outcomes: tuple[Term, ...] = ()


class Track(Term):
    """What runs beside the support with a clock of its own, such as an investigation or a claim."""

    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    def step(self, code: str) -> Step | None:
        return next((step for step in self.steps if step.code == code), None)


class Deadline(Labels):
    """Something to be done within days of an event; other versions of the policy may follow."""

    policy: Code
    version: Version
    source: Source
    triggered_by: PublishedType
    met_by: PublishedType
    days: Annotated[int, Field(ge=0, strict=True)]


def _civil_time(name: str) -> str:
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone") from error
    first = datetime(2000, 1, 1, tzinfo=UTC)
    moments = (first + timedelta(hours=12 * n) for n in range(2 * 366 * 40))
    if any(m.astimezone(zone).utcoffset() != m.astimezone(CIVIL_TIME).utcoffset() for m in moments):
        raise ValueError(f"{name} does not keep the civil time of {CIVIL_TIME.key}")
    return name


class Definition(Declared):
    """One version of a programme."""

    code: Code
    version: Version
    valid_from: date
    source: Source
    labels: Labels
    language: Literal["nl", "en", "fr"]
    time_zone: Annotated[str, AfterValidator(_civil_time)]
    origin: Code
    referral_sources: Annotated[tuple[ReferralSource, ...], Field(min_length=1)]
    offer: Offer
    criteria: Annotated[tuple[CriteriaVersion, ...], Field(min_length=1)]
    screening_out_reasons: Terms
    team_roles: Terms
    contact_channels: Terms
    activities: Annotated[tuple[Category, ...], Field(min_length=1)]
    tracks: tuple[Track, ...]
    deadlines: tuple[Deadline, ...]
    notifications: tuple[Notification, ...]
    closing_reasons: Terms

    @field_validator("criteria")
    @classmethod
    def _in_order(
        cls, versions: tuple[CriteriaVersion, ...], info: ValidationInfo
    ) -> tuple[CriteriaVersion, ...]:
        by_version = sorted(versions, key=lambda v: v.version)
        days = [v.valid_from for v in by_version]
        if days != sorted(set(days)):
            raise ValueError("a later version must be valid from a later day")
        if "valid_from" in info.data and days[0] > info.data["valid_from"]:
            raise ValueError("no version is in force on the programme's first day")
        return versions

    def criteria_on(self, day: date) -> CriteriaVersion:
        """The version in force; days before the programme began are judged by the first one."""
        earliest = min(self.criteria, key=lambda v: v.valid_from)
        in_force = (v for v in self.criteria if v.valid_from <= day)
        return max(in_force, key=lambda v: v.valid_from, default=earliest)

    def organisation_kinds(self) -> frozenset[str]:
        """The kinds of organisation that offer and refer; each is the source of its referrals."""
        return frozenset(source.code for source in self.referral_sources if source.offers)

    def track(self, code: str) -> Track | None:
        return next((track for track in self.tracks if track.code == code), None)

    def step(self, track: str, step: str) -> Step | None:
        found = self.track(track)
        return found.step(step) if found else None

    def category(self, code: str) -> Category | None:
        return next((category for category in self.activities if category.code == code), None)

    def deadlines_after(self, published: str) -> tuple[Deadline, ...]:
        return tuple(d for d in self.deadlines if d.triggered_by == published)

    def deadlines_met_by(self, published: str) -> tuple[Deadline, ...]:
        return tuple(d for d in self.deadlines if d.met_by == published)

    def notifications_after(
        self, published: str, policy: str | None = None
    ) -> tuple[Notification, ...]:
        """What an event brings about; for an event about a deadline, its policy decides too."""
        return tuple(n for n in self.notifications if n.trigger == published and n.policy == policy)

    def notification(self, template: str) -> Notification | None:
        return next((n for n in self.notifications if n.template == template), None)

    def track_steps(self) -> Iterable[str]:
        """The event names under which the steps of all tracks are published."""
        return (step.publishes for track in self.tracks for step in track.steps)
