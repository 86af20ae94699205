"""What is written in words: it lies in the vault, under the id that an event names."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

from pydantic import Field

from events.store import Sealed
from events.vault import Vault
from kit.bodies import Answer
from kit.calls import Call

Words = Annotated[str, Field(min_length=1, max_length=4000)]


class WordsAnswer(Answer):
    text: str


async def sealed(
    call: Call, vault: Vault, case_id: UUID, record: UUID, words: str | None
) -> Sequence[Sealed]:
    return await sealed_fields(
        call, vault, case_id, record, None if words is None else {"text": words}
    )


async def sealed_fields(
    call: Call, vault: Vault, case_id: UUID, record: UUID, fields: Mapping[str, str] | None
) -> Sequence[Sealed]:
    """For the vault; whoever may not see the case does not learn of its erasure."""
    if fields is None or not await call.begins(case_id):
        return ()
    return await vault.seal(case_id, record, fields)


async def opened(vault: Vault, case_id: UUID, record: UUID) -> WordsAnswer:
    return WordsAnswer(**await vault.open(case_id, record))
