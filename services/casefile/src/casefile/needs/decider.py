"""How needs are opened, met and closed, in whatever order that is learnt."""

from dataclasses import dataclass
from operator import attrgetter
from typing import assert_never
from uuid import UUID

from casefile.case.beside import OnCase
from casefile.case.decider import require_within
from casefile.needs.events import (
    CODEC,
    NeedClosed,
    NeedIdentified,
    NeedMet,
    NeedsEvent,
    ReferredOut,
)
from events.commands import StreamType
from events.decider import Decider, Rejected, already_known
from events.history import latest, repeats
from events.occurrence import Occurred

NeedsCommand = OnCase[NeedIdentified | NeedMet | NeedClosed | ReferredOut]

NEED = attrgetter("need")


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """All that was told; by whom a need was met last counts."""

    told: tuple[NeedsEvent, ...] = ()

    @property
    def identified(self) -> dict[UUID, NeedIdentified]:
        return {e.need: e for e in self.told if isinstance(e, NeedIdentified)}

    @property
    def met(self) -> dict[UUID, NeedMet]:
        return latest((e for e in self.told if isinstance(e, NeedMet)), NEED)

    @property
    def closed(self) -> dict[UUID, NeedClosed]:
        return {e.need: e for e in self.told if isinstance(e, NeedClosed)}

    @property
    def referrals(self) -> dict[UUID, ReferredOut]:
        return {e.referral: e for e in self.told if isinstance(e, ReferredOut)}

    def open_fields(self) -> tuple[str, ...]:
        """The field of each need that is neither met nor closed."""
        done = self.met.keys() | self.closed.keys()
        return tuple(sorted(e.field for need, e in self.identified.items() if need not in done))


def decide(asked: NeedsCommand, needs: Needs) -> list[NeedsEvent]:
    told = asked.command
    if _is_known(told, needs):
        return []
    need = told.need
    if need is not None and not isinstance(told, NeedIdentified):
        _require_possible(need, told.occurred, needs)
    if isinstance(told, NeedMet):
        _require_not_closed(told, needs)
    if isinstance(told, NeedClosed):
        _require_open(told, needs)
    require_within(asked.case, told.occurred)
    return [told]


def evolve(needs: Needs, event: NeedsEvent) -> Needs:
    return Needs(told=(*needs.told, event))


def _is_known(told: NeedsEvent, needs: Needs) -> bool:
    match told:
        case NeedIdentified():
            return told.need in needs.identified
        case NeedMet():
            return repeats(told, needs.told, needs.met.get(told.need))
        case NeedClosed():
            return told == needs.closed.get(told.need)
        case ReferredOut():
            return told.referral in needs.referrals
        case _:
            assert_never(told)


def _require_not_closed(told: NeedMet, needs: Needs) -> None:
    closed = needs.closed.get(told.need)
    if closed and closed.occurred.certainly_before(told.occurred):
        raise Rejected("need-closed", "This need had been closed before.")


def _require_open(told: NeedClosed, needs: Needs) -> None:
    if known := needs.closed.get(told.need):
        raise already_known("The closing of this need", known.occurred)
    met = needs.met.get(told.need)
    if met and told.occurred.certainly_before(met.occurred):
        raise Rejected("impossible-order", "This need was met after that.")


def _require_possible(need: UUID, occurred: Occurred, needs: Needs) -> None:
    identified = needs.identified.get(need)
    if identified is None:
        raise Rejected("no-such-need", "There is no such need on this case.")
    if occurred.certainly_before(identified.occurred):
        raise Rejected("impossible-order", "This need was not there yet.")


needs_decider = Decider(Needs(), decide, evolve)
NEEDS = StreamType("needs", needs_decider, CODEC)
