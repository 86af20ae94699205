"""What a route tells of a case beside the case's own stream."""

from collections.abc import Sequence
from uuid import UUID

from casefile.case.beside import OnCase, on_case
from events.commands import Gather, StreamType
from events.decider import C, E, S
from events.store import Sealed
from kit.bodies import Body, Written
from kit.calls import Call


async def tell(
    call: Call,
    stream_type: StreamType[S, OnCase[C], E],
    case_id: UUID,
    command: C | Gather[C],
    place: str = "",
    *,
    told: Body | None = None,
    vault: Sequence[Sealed] = (),
) -> Written:
    """Decided on in the case; `place` is where below the case the answer says that it is."""
    return await call.execute(
        stream_type,
        case_id,
        on_case(case_id, command),
        told=told,
        stream=stream_type.beside(case_id),
        vault=vault,
        location=f"/v1/cases/{case_id}{place}",
    )
