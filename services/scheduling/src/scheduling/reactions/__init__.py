"""What scheduling does when other services report something: one module per consumer group."""

from collections.abc import Mapping
from typing import Any

from events.consumer import react
from events.contracts import registry
from events.contracts.contract import Contract
from events.envelope import reads
from events.lanes import Handle, Read
from events.store import Recorded, Store
from programmes.loader import Programmes
from scheduling.reactions import consents, deadlines


def reading(programmes: Programmes, reactions: Mapping[str, Any]) -> Read:
    """What a group has nothing to do with is nothing to it, though it could not be read."""
    known = registry(programmes.track_steps())
    return reads({type_: known[type_] for type_ in reactions})


def of_consents(store: Store, programmes: Programmes) -> Handle:
    return react(store, consents.GROUP, consents.reactions(programmes))


def of_deadlines(store: Store, programmes: Programmes) -> Handle:
    """No deadline is set on consents older than its cause, whichever of the groups is ahead."""
    before = of_consents(store, programmes)
    causes = react(store, deadlines.GROUP, deadlines.reactions(programmes))

    async def handle(message: Recorded[Contract]) -> None:
        await before(message)
        await causes(message)

    return handle
