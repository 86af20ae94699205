"""What somebody said in their own words: it comes in with a fact, and lies in the vault only."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from kit.bodies import Answer, Fact

Words = Annotated[
    str, Field(min_length=1, max_length=2000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+$")
]


class ExplainedFact(Fact):
    """`explanation`: in people's own words; events and lists only know that there is one."""

    explanation: Words | None = None


class ExplanationAnswer(Answer):
    id: UUID
    text: str
