"""Fields for the vault, sealed only for who may see the record they belong to."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from events.store import Sealed
from events.vault import Vault
from kit.calls import Call


async def sealed_fields(
    call: Call, vault: Vault, key: UUID, record: UUID, fields: Mapping[str, str] | None
) -> Sequence[Sealed]:
    """Nothing of a repetition; whoever may not see the record does not learn of its erasure."""
    if fields is None or not await call.begins(key):
        return ()
    return await vault.seal(key, record, fields)
