"""What is known of the origin: of each field what was told last, whoever told it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from casefile.case.beside import OnCase
from casefile.case.decider import Status
from casefile.origin.events import CODEC, OriginDescribed, OriginEvent, OriginHeard
from events.commands import StreamType
from events.decider import Decider, Rejected
from events.history import latest
from events.occurrence import Occurred
from programmes.term import UNKNOWN

DATES = ("discovered", "disclosed")
FIELDS = ("origin", *DATES, "kind", "consequence", "status", "disclosed_by")
NAMELESS = (False, None)
"""An assessment of which nobody can say which one it is: each stands by itself."""
_ORDER = (
    ("origin", "discovered", "It was not discovered ({}) before it happened ({})."),
    ("discovered", "disclosed", "The client was not told ({}) before it was discovered ({})."),
    ("origin", "disclosed", "The client was not told ({}) before it happened ({})."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HearOrigin:
    """As intake told it: nothing of a case that did not open."""

    told: tuple[OriginHeard, ...]


OriginCommand = OnCase[OriginDescribed | HearOrigin]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    told: tuple[OriginEvent, ...] = ()

    @property
    def standing(self) -> Mapping[str, str]:
        """By field, what happened last of what was told of it, where anything was."""
        return {field: value for field in FIELDS if (value := self._last(field))}

    def _last(self, field: str) -> str | None:
        """That intake does not know is no news where somebody does."""
        told = [fact for fact in self.told if getattr(fact, field, None)]
        known = [f for f in told if isinstance(f, OriginDescribed) or getattr(f, field) != UNKNOWN]
        return getattr(latest(known or told, lambda _: None).get(None), field, None)


def decide(asked: OriginCommand, origin: Origin) -> list[OriginEvent]:
    """It is learnt whenever it is learnt: before the case opened, or long after it closed."""
    told = asked.command
    if isinstance(told, HearOrigin):
        known = [] if asked.case.status is Status.NEW else list(told.told)
        return [heard for heard in known if not _is_known(heard, origin)]
    if asked.case.status is Status.NEW:
        raise Rejected("case-new", "The case is not open yet.")
    if told in origin.told and evolve(origin, told).standing == origin.standing:
        return []
    if reasons := list(_impossible(told, origin.standing)):
        raise Rejected("impossible-order", " ".join(reasons))
    return [told]


def evolve(origin: Origin, event: OriginEvent) -> Origin:
    kept = (told for told in origin.told if not _replaces(event, told))
    return Origin(told=(*kept, event))


def _replaces(event: OriginEvent, told: OriginEvent) -> bool:
    if not isinstance(event, OriginHeard) or not isinstance(told, OriginHeard):
        return False
    return _is_same(event, told)


def _is_known(heard: OriginHeard, origin: Origin) -> bool:
    """Nor is it news what intake told before what is kept of the same, and that comes only now."""
    return any(
        _said(told) == _said(heard) or (told.position >= heard.position and _is_same(told, heard))
        for told in origin.told
        if isinstance(told, OriginHeard)
    )


def _is_same(one: OriginHeard, other: OriginHeard) -> bool:
    return one.subject == other.subject != NAMELESS


def _said(heard: OriginHeard) -> OriginHeard:
    return replace(heard, position=0, corrects=None)


def _impossible(told: OriginDescribed, standing: Mapping[str, str]) -> Iterator[str]:
    """Why what is told cannot be, beside what stands of the rest."""
    said = {field: value for field in DATES if (value := getattr(told, field))}
    known = {**standing, **said}
    dates = {field: Occurred.parse(known[field]) for field in ("origin", *DATES) if field in known}
    for first, then, sentence in _ORDER:
        both = {first, then} <= dates.keys() and {first, then} & said.keys()
        if both and dates[then].certainly_before(dates[first]):
            yield sentence.format(dates[then], dates[first])
    for field in said:
        if told.occurred.certainly_before(dates[field]):
            yield f"This was not known ({told.occurred}) before it happened ({dates[field]})."


origin_decider = Decider(Origin(), decide, evolve)
ORIGIN = StreamType("origin", origin_decider, CODEC)
