"""The origin as an answer shows it."""

from casefile.origin.decider import FIELDS, Origin
from kit.bodies import Answer


class OriginAnswer(Answer):
    """What is known of that which brought the client here; null what nobody told.

    `origin`: when it was. `discovered`: when it was found out; `disclosed`: when the client was
    told of it, and `disclosedBy` how.
    """

    origin: str | None
    kind: str | None
    consequence: str | None
    status: str | None
    discovered: str | None
    disclosed: str | None
    disclosed_by: str | None


def origin_answer(origin: Origin) -> OriginAnswer:
    return OriginAnswer(**{**dict.fromkeys(FIELDS), **origin.standing})
