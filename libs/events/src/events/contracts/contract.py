"""What published events are made of: codes, numbers, dates, pseudonymous ids, no text."""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Code = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
"""A word from a programme definition or from this module, in kebab-case."""

PartialDate = Annotated[str, Field(pattern=r"^\d{4}(-\d\d(-\d\d)?)?$")]
"""A day, a month or a year, as precisely as it is known."""

Minutes = Annotated[int, Field(ge=0, le=1440)]
Known = Literal["yes", "no", "unknown"]


class Contract(BaseModel):
    """The payload of a published event: camelCase JSON; readers ignore unknown fields."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        populate_by_name=True,
        defer_build=True,  # a process meets few of them
    )

    concerns_case: ClassVar[bool] = True
    """Whether the key is a case; an organisation, say, has a stream but no case."""
