"""A programme: all that it declares, by name, as checked data."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from events.contracts.contract import Code
from events.occurrence import CIVIL_TIME
from programmes.casework import (
    AgreementKind,
    Appointments,
    Category,
    Consent,
    DocumentKind,
    Documents,
    Needs,
    Persons,
    Study,
    TeamRole,
)
from programmes.criteria import CriteriaVersion, in_force, in_order
from programmes.deadline import Deadline, strange
from programmes.heavy import Heavy, unmarked
from programmes.instrument import Instrument
from programmes.notification import Notification, unowned
from programmes.offer import Offer, Origin, ReferralSource
from programmes.published import context
from programmes.term import Declared, Labels, Reasons, Source, Term, Terms, Version, codes, refuse
from programmes.track import Step, Track


def _civil_time(name: str) -> str:
    if name == CIVIL_TIME.key:
        return name
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
    origin: Origin
    referral_sources: Annotated[tuple[ReferralSource, ...], Field(min_length=1)]
    offer: Offer
    consent_forms: Terms
    consent_refusal_reasons: Reasons
    consents: Annotated[tuple[Consent, ...], Field(min_length=1)]
    studies: tuple[Study, ...]
    criteria: Annotated[tuple[CriteriaVersion, ...], Field(min_length=1)]
    screening_out_reasons: Terms
    withdrawal_reasons: Reasons
    persons: Persons
    conditions: tuple[Term, ...]
    team_roles: Annotated[tuple[TeamRole, ...], Field(min_length=1)]
    handover_reasons: Reasons
    contact_channels: Terms
    intensity_levels: Terms
    regions: Reasons
    needs: Needs
    support_modes: tuple[Term, ...]
    agreements: tuple[AgreementKind, ...]
    activities: Annotated[tuple[Category, ...], Field(min_length=1)]
    activity_tags: tuple[Term, ...] = ()
    boundary_doubts: tuple[Term, ...]
    treatment_experiences: tuple[Term, ...]
    documents: Documents
    instruments: tuple[Instrument, ...]
    waves: tuple[Term, ...]
    evaluation_moments: Terms
    appointments: Appointments
    step_groups: tuple[Term, ...]
    tracks: tuple[Track, ...]
    heavy: Heavy
    deadlines: tuple[Deadline, ...]
    notifications: tuple[Notification, ...]
    closing_reasons: Terms
    closing_checklist: Terms
    referral_targets: Terms
    reopening_reasons: Reasons

    @field_validator("criteria")
    @classmethod
    def _in_order(
        cls, versions: tuple[CriteriaVersion, ...], info: ValidationInfo
    ) -> tuple[CriteriaVersion, ...]:
        in_order(versions, info.data.get("valid_from"))
        return versions

    @field_validator("deadlines")
    @classmethod
    def _follow_steps(
        cls, deadlines: tuple[Deadline, ...], info: ValidationInfo
    ) -> tuple[Deadline, ...]:
        if "tracks" in info.data:
            refuse(strange(deadlines, info.data["tracks"], context(info)))
        return deadlines

    @field_validator("notifications")
    @classmethod
    def _reach_somebody(
        cls, notifications: tuple[Notification, ...], info: ValidationInfo
    ) -> tuple[Notification, ...]:
        if "deadlines" in info.data:
            refuse(unowned(notifications, info.data["deadlines"]))
        return notifications

    @field_validator("heavy")
    @classmethod
    def _can_be_marked(cls, heavy: Heavy, info: ValidationInfo) -> Heavy:
        if "tracks" in info.data:
            refuse(unmarked(heavy, info.data["tracks"], context(info)))
        return heavy

    @cached_property
    def vocabularies(self) -> Mapping[str, tuple[Term, ...]]:
        """Every list of terms by its name, `team_roles` or `offer.channels`."""
        return dict(_lists(self))

    def terms(self, vocabulary: str) -> tuple[Term, ...]:
        """The terms of a list; KeyError where no list has that name."""
        return self.vocabularies[vocabulary]

    def criteria_on(self, day: date) -> CriteriaVersion:
        """The version in force; days before the programme began are judged by the first one."""
        return in_force(self.criteria, day)

    def criteria_of(self, version: int) -> CriteriaVersion | None:
        return next((each for each in self.criteria if each.version == version), None)

    def assessable(self) -> frozenset[str]:
        """The criteria of all versions: what only another one asks may be assessed too."""
        return frozenset().union(*(codes(version.criteria) for version in self.criteria))

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

    def consent(self, code: str) -> Consent | None:
        return next((consent for consent in self.consents if consent.code == code), None)

    def team_role(self, code: str) -> TeamRole | None:
        return next((role for role in self.team_roles if role.code == code), None)

    def stand_in_roles(self) -> frozenset[str]:
        """The roles in which somebody of the team stands in for others."""
        return frozenset(role.code for role in self.team_roles if role.stands_in)

    def document_kind(self, code: str) -> DocumentKind | None:
        return next((kind for kind in self.documents.kinds if kind.code == code), None)

    def instrument(self, code: str) -> Instrument | None:
        return next((each for each in self.instruments if each.code == code), None)

    def deadline(self, policy: str) -> Deadline | None:
        return next((each for each in self.deadlines if each.policy == policy), None)

    def deadlines_after(self, published: str) -> tuple[Deadline, ...]:
        return tuple(d for d in self.deadlines if d.triggered_by == published)

    def deadlines_met_by(self, published: str) -> tuple[Deadline, ...]:
        return tuple(d for d in self.deadlines if published in d.met_by)

    def notifications_after(
        self, published: str, policy: str | None = None
    ) -> tuple[Notification, ...]:
        """What an event brings about; for an event about a deadline, its policy decides too."""
        return tuple(n for n in self.notifications if n.trigger == published and n.policy == policy)

    def notification(self, template: str) -> Notification | None:
        return next((n for n in self.notifications if n.template == template), None)


def _lists(part: Declared, above: str = "") -> Iterator[tuple[str, tuple[Term, ...]]]:
    """The lists of terms of a part of a definition and, of a whole one, those one below."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, tuple) and all(isinstance(item, Term) for item in value):
            yield above + name, value
        elif isinstance(value, Declared) and not above:
            yield from _lists(value, f"{name}.")
