"""What is written in words: it lies in the vault, under the id that an event names."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import Field

from events.store import Sealed
from events.vault import Vault
from kit.bodies import Answer
from kit.calls import Call
from kit.sealing import sealed_fields

Words = Annotated[str, Field(min_length=1, max_length=4000)]


class WordsAnswer(Answer):
    text: str


async def sealed(
    call: Call, vault: Vault, case_id: UUID, record: UUID, words: str | None
) -> Sequence[Sealed]:
    return await sealed_fields(
        call, vault, case_id, record, None if words is None else {"text": words}
    )


async def opened(vault: Vault, case_id: UUID, record: UUID) -> WordsAnswer:
    return WordsAnswer(**await vault.open(case_id, record))
