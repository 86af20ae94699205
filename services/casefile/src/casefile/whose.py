"""Whose work it was: by default the caller's own; a team lead names others."""

from typing import cast
from uuid import UUID

from pydantic.alias_generators import to_camel

from events.decider import Invalid
from kit.calls import Call


def whose(call: Call, field: str, named: UUID | None) -> UUID:
    """Raises Invalid for `field` where nobody is named who can be meant."""
    own = call.principal.person
    if named is None and own is None:
        raise Invalid([(to_camel(field), "is needed, since your token is not that of a person")])
    if named not in (None, own) and not call.may("case:work-for-others"):
        raise Invalid([(to_camel(field), "is you: only a team lead names somebody else")])
    return cast("UUID", named or own)
