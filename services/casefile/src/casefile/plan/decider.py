"""What is agreed on holds until something else of its kind is."""

from dataclasses import dataclass
from operator import attrgetter

from casefile.case.beside import OnCase
from casefile.case.decider import require_within
from casefile.plan.events import CODEC, AgreementMade, PlanEvent
from events.commands import StreamType
from events.decider import Decider
from events.history import latest

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
    if told.agreement in {agreed.agreement for agreed in plan.told} or _holds(told, plan):
        return []
    require_within(asked.case, told.occurred)
    return [told]


def evolve(plan: Plan, event: PlanEvent) -> Plan:
    return Plan(told=(*plan.told, event))


def _holds(told: AgreementMade, plan: Plan) -> bool:
    """Whether the same code holds already; words are always new, since nobody compares them."""
    standing = plan.standing.get(told.kind)
    if standing is None or told.words or standing.words:
        return False
    return standing.value == told.value and not told.occurred.certainly_before(standing.occurred)


plan_decider = Decider(Plan(), decide, evolve)
PLAN = StreamType("plan", plan_decider, CODEC)
