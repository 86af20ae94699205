"""Contact data as they come in over HTTP and lie in the vault; they are in no event."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from kit.bodies import Answer, Body

Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
_LOCAL = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
_EMAIL = rf"^(?!.*=\?){_LOCAL}@{_LABEL}(\.{_LABEL})*$"
_MOST = 254


def _email(text: str) -> str:
    if len(text) > _MOST or not re.fullmatch(_EMAIL, text):
        raise ValueError("a mail address is needed, such as name@example.org")
    return text


Email = Annotated[
    str,
    AfterValidator(_email),
    WithJsonSchema({"type": "string", "pattern": _EMAIL, "maxLength": _MOST}),
]
"""An address that every mail server takes: such a field of a web page takes the same.

But for `=?`, which in a header begins a word in another encoding.
"""

Phone = Annotated[str, Field(pattern=r"^\+?[0-9 ()-]{3,30}$")]


class ContactBody(Body):
    """How to reach someone; at least a name, and whatever else is known."""

    name: Line
    phone: Phone | None = None
    email: Email | None = None
    address: Line | None = None

    def fields(self) -> dict[str, str]:
        """What there is to seal, by field."""
        return self.model_dump(exclude_none=True)


class ContactAnswer(Answer):
    """How to reach someone; null where it is not known."""

    name: str | None
    phone: str | None
    email: str | None
    address: str | None

    @classmethod
    def of(cls, fields: dict[str, str]) -> "ContactAnswer":
        return cls(**{name: fields.get(name) for name in cls.model_fields})
