"""What scheduling does when other services report something: one module per consumer group."""

from collections.abc import Mapping

from events.consumer import Reaction, react
from events.contracts import registry
from events.contracts.contract import Contract
from events.envelope import reads_only
from events.lanes import Handle, Read
from events.store import Recorded, Store
from programmes.loader import Programmes
from scheduling.reactions import consents, deadlines
from scheduling.reactions.silenced import tell_missed

Reactions = Mapping[str, Reaction]


def reading(programmes: Programmes, reactions: Reactions) -> Read:
    return reads_only(registry(programmes.track_steps()), reactions)


def of_consents(store: Store, programmes: Programmes) -> Handle:
    told = react(store, consents.GROUP, consents.REACTIONS)

    async def handle(message: Recorded[Contract]) -> None:
        await told(message)
        if message.type in consents.ENDS_SILENCE:
            await tell_missed(store, programmes, message)

    return handle


def of_deadlines(store: Store, programmes: Programmes, causes: Reactions) -> Handle:
    """No deadline is set on what is older than its cause, whichever of the groups is ahead."""
    before = of_consents(store, programmes)
    then = react(store, deadlines.GROUP, causes)

    async def handle(message: Recorded[Contract]) -> None:
        await before(message)
        await then(message)

    return handle
