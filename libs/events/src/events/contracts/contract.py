"""What every published event is made of: codes, numbers, dates and pseudonymous ids, never free text."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Code = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
"""A word from a programme definition or from this module, in kebab-case."""

PartialDate = Annotated[str, Field(pattern=r"^\d{4}(-\d\d(-\d\d)?)?$")]
"""A day, a month or a year, as precisely as it is known."""

Minutes = Annotated[int, Field(ge=0, le=1440)]
Known = Literal["yes", "no", "unknown"]


class Contract(BaseModel):
    """The payload of a published event; JSON in camelCase; readers ignore fields that they do not know."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True
    )
