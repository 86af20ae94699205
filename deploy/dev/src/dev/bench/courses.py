"""The courses that cases of a generated history take: what happens, after how many days."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from events.contracts import type_name
from events.store import Json

ORGANISATION, MANAGER, BACKUP, ENTRY = (str(UUID(int=number)) for number in range(1, 5))
"""Stand for those of a case, which takes their place in what its events say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event of a log; `stream` names the one beside the case's own, `place` its version."""

    type: str
    data: Json
    stream: str = ""
    place: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """After `days`: what casefile stores, and what is published; `corrects` an earlier step."""

    days: int
    stored: Told | None = None
    published: Told | None = None
    corrects: int | None = None


def _published(service: str, name: str, data: Json) -> Told:
    return Told(type=type_name(service, name), data=data)


def _offered(answer: str, reasons: list[str]) -> Iterator[Step]:
    origin = {"organisation": ORGANISATION, "origin": "2016-12"}
    made = {"attempt": 1, "channel": "letter", "byFunction": "nurse"}
    answered = {"attempt": 1, "reasons": reasons}
    yield Step(days=0, published=_published("intake", "candidate-identified", origin))
    yield Step(days=3, published=_published("intake", "offer-made", made))
    yield Step(days=9, published=_published("intake", f"offer-{answer}", answered))


def _referred() -> Iterator[Step]:
    origin = {"source": "hospital", "organisation": ORGANISATION, "origin": "2016-12"}
    fits = {"criteriaVersion": 1, "organisation": ORGANISATION}
    yield Step(days=10, published=_published("intake", "referral-made", origin))
    yield Step(days=14, published=_published("intake", "referral-accepted", fits))


def _case(days: int, stored: str, published: str, data: Json) -> Step:
    return Step(
        days=days,
        stored=Told(type=f"case.{stored}.v1", data=_snake(data)),
        published=_published("casefile", published, data),
    )


def _opened(second: str | None) -> Iterator[Step]:
    yield _case(14, "opened", "case-opened", {"organisation": ORGANISATION, "spell": 1})
    received = Told(type="case.contact-data-received.v1", data={"contact": ENTRY})
    yield Step(days=14, stored=received)
    lead = {"caseManager": MANAGER, "role": "case-manager"}
    yield _case(16, "manager-assigned", "case-manager-assigned", lead)
    yield _case(20, "first-contact-made", "first-contact-made", {"channel": "phone"})
    if second:
        backup = {"caseManager": second, "role": "backup"}
        yield _case(45, "manager-assigned", "case-manager-assigned", backup)


def _activity(days: int, minutes: int, corrects: int | None = None) -> Step:
    """`corrects` counts from the beginning of the course."""
    said = {
        "caseManager": MANAGER,
        "category": "client-contact",
        "type": "telephone",
        "contactMinutes": minutes,
        "travelMinutes": 0,
        "registrationMinutes": 5,
    }
    name = "activity-logged" if corrects is None else "activity-corrected"
    stored = {**_snake(said), "activity": ENTRY}
    return Step(
        days=days,
        stored=Told(type=f"journal.{name}.v1", data=stored, stream="journal"),
        published=_published("casefile", name, said),
        corrects=corrects,
    )


def _claim(days: int) -> Iterator[Step]:
    opened = Told(type="track.opened.v1", data={"track": "liability"}, stream="liability")
    yield Step(days=days, stored=opened)
    step: Json = {"track": "liability", "step": "claim-filed", "outcome": None, "data": {}}
    recorded = {**step, "entry": ENTRY}
    yield Step(
        days=days,
        stored=Told(type="track.step-recorded.v1", data=recorded, stream="liability"),
        published=_published("casefile", "liability-claim-filed", step),
    )


def _closed(days: int) -> Step:
    return _case(days, "closed", "case-closed", {"reason": "goals-reached", "spell": 1})


def _snake(data: Json) -> Json:
    return {"".join(f"_{c.lower()}" if c.isupper() else c for c in n): v for n, v in data.items()}


def _supported(
    *, claim: bool = False, second: bool = False, corrected: bool = False, closed: bool = True
) -> Sequence[Step]:
    steps = [
        *_offered("accepted", ["overview"]),
        *_referred(),
        *_opened(BACKUP if second else None),
    ]
    steps += [_activity(30 + 25 * number, 10 + 5 * number) for number in range(7)]
    if corrected:
        steps.append(_activity(200, 40, corrects=len(steps)))
    if claim:
        steps += _claim(150)
    steps += [_activity(210 + 20 * number, 15) for number in range(23 - len(steps))]
    return _numbered([*steps, _closed(320)] if closed else steps)


def _numbered(steps: Sequence[Step]) -> Sequence[Step]:
    """Each stored event with its place in its stream."""
    places: dict[str, int] = {}
    numbered = []
    for step in steps:
        if step.stored:
            place = places[step.stored.stream] = places.get(step.stored.stream, 0) + 1
            numbered.append(replace(step, stored=replace(step.stored, place=place)))
        else:
            numbered.append(step)
    return numbered


COURSES: Sequence[Sequence[Step]] = (
    list(_offered("declined", ["no-need"])),
    _supported(closed=False),
    _supported(corrected=True),
    _supported(claim=True),
    _supported(claim=True, second=True),
    _supported(second=True),
    _supported(claim=True, closed=False, second=True),
    _supported(),
    _supported(claim=True, corrected=True, second=True),
    _supported(),
)
"""A case takes the one that its number ends with: a tenth declines, a fifth stays open."""
