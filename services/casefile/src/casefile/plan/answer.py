"""Agreements as an answer shows them, without words."""

from operator import attrgetter
from uuid import UUID

from casefile.plan.decider import Plan
from events.history import in_order
from kit.bodies import Answer


class AgreementAnswer(Answer):
    """`holds`: nothing else of its kind was agreed on since; `words`: whether there are any."""

    id: UUID
    kind: str
    value: str | None
    words: bool
    holds: bool
    occurred_at: str


def agreement_answers(plan: Plan) -> list[AgreementAnswer]:
    """All of them, in the order in which they were made, then by id."""
    standing = plan.standing
    return [
        AgreementAnswer(
            id=told.agreement,
            kind=told.kind,
            value=told.value,
            words=told.words is not None,
            holds=standing[told.kind] is told,
            occurred_at=str(told.occurred),
        )
        for told in in_order(plan.told, attrgetter("agreement"))
    ]
