"""Who took part in the study, who speaks in their cases, and the marks that they gave."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dev.pilot.dice import Dice
from dev.pilot.inputs import (
    ACCOMPANIED,
    ACCOMPANIED_BY,
    DIED,
    DROPPED_OUT,
    FOLLOWED,
    LIFE_DOMAINS,
    MARKED_AGAIN,
    MARKING,
    SPOKEN_FOR_BY,
    STUDIED,
    STUDY_LAGS,
    UNABLE,
)
from dev.pilot.record import Marks, Person, Record, Study, Support
from dev.pilot.workdays import later

ASKED, WORSENED, WITHDRAWN = 21, 60, 75
"""Days from first contact until consent, and until the two ends of it."""
MARKED, MARKED_LATER = 270, 426
"""Days from the incident to the marks, about, and from there to the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A case of a hospital, and what the choice among them rests on."""

    id: str
    hospital: int
    referred: str
    incident: date
    contacted: date
    support: Support

    @property
    def lag(self) -> int:
        return (self.contacted - self.incident).days

    @property
    def claims(self) -> bool:
        return any(step.step == "claim-filed" for step in self.support.steps)


def with_study(dice: Dice, records: Sequence[Record]) -> list[Record]:
    """The cohort with the study in it: one of the willing withdrew, the others took part.

    All others were asked too, and refused.
    """
    willing = sorted(_willing(list(_members(records))), key=lambda m: (m.referred, m.id))
    dropped = willing.pop(DROPPED_OUT)
    supports = {dropped.id: _dropped_out(dropped), **dict(_taking_part(dice, willing))}
    return [replace(r, support=supports.get(r.id, _refusing(r.support))) for r in records]


def _refusing(support: Support | None) -> Support | None:
    if support is None:
        return None
    refused = later(date.fromisoformat(support.first_contact), ASKED)
    return replace(support, refused=refused.isoformat())


def _members(records: Sequence[Record]) -> Iterator[Member]:
    for r in records:
        if r.support and r.organisation and r.incident and r.referral:
            yield Member(
                id=r.id,
                hospital=r.organisation,
                referred=r.referral.on,
                incident=date.fromisoformat(r.incident),
                contacted=date.fromisoformat(r.support.first_contact),
                support=r.support,
            )


def _willing(members: Sequence[Member]) -> Iterator[Member]:
    """Of each hospital so many, from the soonest contacted to the latest."""
    least, most = STUDY_LAGS
    for hospital, count in STUDIED.items():
        asked = [m for m in members if m.hospital == hospital and least <= m.lag <= most]
        asked.sort(key=lambda m: (m.lag, m.id))
        step = (len(asked) - 1) / max(count - 1, 1)
        yield from (asked[int(step * number + 0.5)] for number in range(count))


def _dropped_out(member: Member) -> Support:
    study = replace(
        _consent(member, marks=(), again=False),
        withdrawn=later(member.contacted, WITHDRAWN).isoformat(),
    )
    worsened = later(member.contacted, WORSENED).isoformat()
    patient = _person(member, "client", "self", client_type="patient")
    return replace(member.support, persons=(patient,), worsened=worsened, study=study)


def _taking_part(dice: Dice, members: Sequence[Member]) -> Iterator[tuple[str, Support]]:
    """The second of every three has the other case manager."""
    marks = _marks(dice)
    persons = _persons(members)
    died = _died(members)
    for number, member in enumerate(members):
        given = [marks[number]] if number < MARKING else []
        given += given if number < MARKED_AGAIN else []
        study = _consent(member, marks=given, again=number < FOLLOWED)
        death = member.incident + timedelta(days=member.lag // 2)
        yield (
            member.id,
            replace(
                member.support,
                case_manager=2 if number % 3 == 1 else 1,
                persons=persons[member.id],
                died=death.isoformat() if member in died else None,
                study=study,
            ),
        )


def _died(members: Sequence[Member]) -> list[Member]:
    """Of nobody whose patient died is a claim told: it has to be made during life (§3.4)."""
    return [member for member in members if not member.claims][:DIED]


def _persons(members: Sequence[Member]) -> Mapping[str, tuple[Person, ...]]:
    """A patient who died was never entered as a person; others speak for some of the rest."""
    died = _died(members)
    living = [member for member in members if member not in died]
    unable = living[::4][:UNABLE]
    able = [member for member in living if member not in unable]
    patients = {m.id: (_person(m, "client", "self", client_type="patient"),) for m in living}
    persons: dict[str, tuple[Person, ...]] = {**patients}
    for member, relation in zip([*died, *unable], SPOKEN_FOR_BY, strict=True):
        of_living = "as-parent" if relation == "parent" else "by-agreement"
        mandate = "as-next-of-kin" if member in died else of_living
        speaking = _person(member, "spokesperson", relation, mandate=mandate)
        persons[member.id] = (*patients.get(member.id, ()), speaking)
    for number, member in enumerate(able[::2][:ACCOMPANIED]):
        near = _person(member, "near-person", ACCOMPANIED_BY[number % len(ACCOMPANIED_BY)])
        persons[member.id] = (*patients[member.id], near)
    return persons


def _person(
    member: Member,
    role: str,
    relation: str,
    *,
    client_type: str | None = None,
    mandate: str | None = None,
) -> Person:
    return Person(
        on=member.contacted.isoformat(),
        role=role,
        relation=relation,
        client_type=client_type,
        mandate=mandate,
    )


def _consent(member: Member, *, marks: Sequence[Mapping[str, int]], again: bool) -> Study:
    """With the marks in their waves, the first when the case manager was there for a while."""
    first = max(later(member.incident, MARKED), later(member.contacted, ASKED + 10))
    days = (first, later(first, MARKED_LATER))
    return Study(
        consented=later(member.contacted, ASKED).isoformat(),
        scopes=("interview", *(["questionnaire"] if marks else []), *(["follow-up"] * again)),
        marks=tuple(
            Marks(on=on.isoformat(), wave=wave, scores=dict(scores))
            for on, wave, scores in zip(days, ("first", "follow-up"), marks, strict=False)
        ),
    )


def _marks(dice: Dice) -> list[dict[str, int]]:
    """Of everybody who gave marks, by domain."""
    dealt = {domain: dice.shuffled(_spread(*sums)) for domain, sums in LIFE_DOMAINS.items()}
    return [{domain: given[n] for domain, given in dealt.items()} for n in range(MARKING)]


def _spread(total: int, lowest: int, highest: int) -> list[int]:
    """Whole marks that make up the total: one lowest, one highest, the others about equal."""
    rest, others = total - lowest - highest, MARKING - 2
    between = [rest * (n + 1) // others - rest * n // others for n in range(others)]
    return [lowest, *between, highest]
