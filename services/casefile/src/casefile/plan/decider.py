"""What is agreed on holds until something else of its kind is."""

from dataclasses import dataclass, replace
from operator import attrgetter
from uuid import UUID

from casefile.case.beside import OnCase
from casefile.case.decider import require_within
from casefile.plan.events import CODEC, AgreementMade, PlanEvent
from events.commands import StreamType
from events.decider import Decider
from events.history import latest, repeats

PlanCommand = OnCase[AgreementMade]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    told: tuple[AgreementMade, ...] = ()

    @property
    def standing(self) -> dict[str, AgreementMade]:
        """By kind, what was agreed on last."""
        return latest(self.told, attrgetter("kind"))


def decide(asked: PlanCommand, plan: Plan) -> list[PlanEvent]:
    told = asked.command
    if told.agreement in {agreed.agreement for agreed in plan.told} or _is_known(told, plan):
        return []
    require_within(asked.case, told.occurred)
    return [told]


def evolve(plan: Plan, event: PlanEvent) -> Plan:
    return Plan(told=(*plan.told, event))


def _is_known(told: AgreementMade, plan: Plan) -> bool:
    """Whether the same was told; words are always new, since nobody compares them."""
    if told.words:
        return False
    standing = plan.standing.get(told.kind)
    return repeats(_said(told), list(map(_said, plan.told)), standing and _said(standing))


def _said(told: AgreementMade) -> AgreementMade:
    return replace(told, agreement=UUID(int=0))


plan_decider = Decider(Plan(), decide, evolve)
PLAN = StreamType("plan", plan_decider, CODEC)
