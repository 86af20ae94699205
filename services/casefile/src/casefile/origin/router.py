"""HTTP for the origin: what is learnt of it while somebody is supported."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from casefile.origin.decider import FIELDS, ORIGIN
from casefile.origin.events import OriginDescribed
from casefile.telling import tell
from events.commands import History
from events.contracts.contract import Code
from events.decider import Invalid
from kit.bodies import Fact, PastDate, Written
from kit.calls import Call
from kit.endpoints import adds
from kit.vocabularies import Vocabulary

router = APIRouter(prefix="/v1/cases/{case_id}/origins", tags=["origin"])


class OriginBody(Fact):
    """What is known now, one field at least; what is left out or null stays as it was told before.

    `discovered`: when it was found out; `disclosed`: when the client was told, and `disclosedBy`
    how; `occurredAt`: when all this was learnt. When the origin was itself is told in intake.
    """

    kind: Annotated[Code, Vocabulary("origin.kinds")] | None = None
    consequence: Annotated[Code, Vocabulary("origin.consequences")] | None = None
    status: Annotated[Code, Vocabulary("origin.statuses")] | None = None
    discovered: PastDate | None = None
    disclosed: PastDate | None = None
    disclosed_by: Annotated[Code, Vocabulary("origin.disclosures")] | None = None

    def described(self) -> OriginDescribed:
        """Raises Invalid where nothing is told."""
        told = self.model_dump(include=set(FIELDS), exclude_none=True)
        if not told:
            raise Invalid([("kind", "is needed, or another field that tells of the origin")])
        return OriginDescribed(**told, occurred=self.occurred_at)


@router.post("", status_code=201, summary="Tell what is known of the origin")
async def describe_origin(
    case_id: UUID, body: OriginBody, call: Annotated[Call, adds("origin:record")]
) -> Written:
    """Field by field it takes the place of what was told before, here or in intake."""

    def described(_history: History) -> OriginDescribed:
        return body.described()

    return await tell(call, ORIGIN, case_id, described, told=body)
