"""Instruments: what is scored, and between which bounds."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from programmes.term import Declared, Source, Term, Terms


class Scale(Declared):
    """From `lowest` to `highest`; `decimals` is 0 for a mark, more for a mean of items."""

    lowest: int
    highest: int
    decimals: Annotated[int, Field(ge=0, le=4, strict=True)]
    source: Source

    @field_validator("highest")
    @classmethod
    def _above(cls, highest: int, info: ValidationInfo) -> int:
        if highest <= info.data.get("lowest", highest - 1):
            raise ValueError("is not above the lowest")
        return highest

    def holds(self, score: float) -> bool:
        """Whether it is within the bounds and has no more decimals than are kept."""
        return self.lowest <= score <= self.highest and round(score, self.decimals) == score


class Instrument(Term):
    """Each of `scores` is given, or left out where it was not answered."""

    scores: Terms
    scale: Scale
