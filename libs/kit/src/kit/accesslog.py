"""The access log: what was read, and what was refused, is on disk before the answer goes out."""

from uuid import UUID

from events.store import AccessLine, Store, WriteSet
from kit.access import Principal
from kit.context import CORRELATION_ID

ALLOWED = "allowed"
FORBIDDEN = "forbidden"
NOT_FOUND = "not-found"


def line(
    principal: Principal, action: str, resource: str, outcome: str, key: UUID | None = None
) -> AccessLine:
    return AccessLine(
        actor=principal.subject,
        role=principal.role,
        organisation=principal.organisation,
        action=action,
        resource=resource,
        key=key,
        outcome=outcome,
        correlation_id=CORRELATION_ID.get(),
    )


async def note(store: Store, written: AccessLine) -> None:
    """Raises Unavailable, and so lets no answer out, unless the line is durable."""
    await store.append(WriteSet(access=[written]))
