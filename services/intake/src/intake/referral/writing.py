"""How all that is told of a referral is written: on its stream, which lies beside the case."""

from collections.abc import Sequence
from uuid import UUID

from events.commands import Gather
from events.store import Sealed
from intake.referral.commands import ReferralCommand
from intake.referral.decider import REFERRAL
from kit.bodies import Body, Written
from kit.calls import Call


async def write(
    call: Call,
    case_id: UUID,
    command: ReferralCommand | Gather[ReferralCommand],
    *,
    told: Body | None = None,
    vault: Sequence[Sealed] = (),
) -> Written:
    return await call.execute(
        REFERRAL,
        case_id,
        command,
        told=told,
        stream=REFERRAL.beside(case_id),
        vault=vault,
        location=f"/v1/referrals/{case_id}",
    )
