"""An accepted referral opens a case."""

from casefile.case.decider import CASE, OpenCase
from events.consumer import Ask, Reaction
from events.contracts import type_name
from events.contracts.contract import Contract
from events.contracts.intake import ReferralAccepted
from events.store import Recorded


def open_case(message: Recorded[Contract]) -> list[Ask]:
    match message.event:
        case ReferralAccepted(organisation=organisation):
            command = OpenCase(organisation=organisation, occurred=message.occurred)
            return [Ask(CASE, message.key, command)]
        case _:
            return []


REACTIONS: dict[str, Reaction] = {type_name("intake", "referral-accepted"): open_case}
