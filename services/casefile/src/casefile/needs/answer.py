"""The needs of a client system as an answer shows them, without words."""

from operator import attrgetter
from uuid import UUID

from casefile.needs.decider import NEED, Needs
from events.history import in_order
from kit.bodies import Answer


class NeedAnswer(Answer):
    """Whoever met it is known from `metAt` on; a need may be closed without having been met."""

    id: UUID
    person: UUID | None
    field: str
    theme: str | None
    identified_at: str
    met_by: str | None
    met_at: str | None
    closed_at: str | None


class ReferralOutAnswer(Answer):
    id: UUID
    target: str
    need: UUID | None
    occurred_at: str


class NeedsAnswer(Answer):
    needs: list[NeedAnswer]
    referrals_out: list[ReferralOutAnswer]


def needs_answer(needs: Needs) -> NeedsAnswer:
    """Each list in the order in which it happened, then by id."""
    met, closed = needs.met, needs.closed
    return NeedsAnswer(
        needs=[
            NeedAnswer(
                id=told.need,
                person=told.person,
                field=told.field,
                theme=told.theme,
                identified_at=str(told.occurred),
                met_by=met[told.need].met_by if told.need in met else None,
                met_at=str(met[told.need].occurred) if told.need in met else None,
                closed_at=str(closed[told.need].occurred) if told.need in closed else None,
            )
            for told in in_order(needs.identified.values(), NEED)
        ],
        referrals_out=[
            ReferralOutAnswer(
                id=told.referral,
                target=told.target,
                need=told.need,
                occurred_at=str(told.occurred),
            )
            for told in in_order(needs.referrals.values(), attrgetter("referral"))
        ],
    )
