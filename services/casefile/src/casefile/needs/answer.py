"""The needs of a client system as an answer shows them, without words."""

from uuid import UUID

from casefile.needs.decider import Needs
from kit.bodies import Answer


class NeedAnswer(Answer):
    """Whoever met it is known from `metAt` on; a need may be closed without having been met."""

    id: UUID
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
    met, closed = needs.met, needs.closed
    return NeedsAnswer(
        needs=[
            NeedAnswer(
                id=need,
                field=told.field,
                theme=told.theme,
                identified_at=str(told.occurred),
                met_by=met[need].met_by if need in met else None,
                met_at=str(met[need].occurred) if need in met else None,
                closed_at=str(closed[need].occurred) if need in closed else None,
            )
            for need, told in needs.identified.items()
        ],
        referrals_out=[
            ReferralOutAnswer(
                id=id_, target=told.target, need=told.need, occurred_at=str(told.occurred)
            )
            for id_, told in needs.referrals.items()
        ],
    )
