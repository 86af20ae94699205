"""What scheduling does when other services report something, whichever module it concerns."""

from collections.abc import Mapping

from events.consumer import Ask, Reaction
from events.contracts.contract import Contract
from events.store import Recorded
from programmes.loader import Programmes
from scheduling.reactions import deadlines, reminders

SOURCES = ("casefile", "intake")


def reactions(programmes: Programmes) -> Mapping[str, Reaction]:
    """One event may stop reminders and start a deadline: what it stops comes first."""
    tables = [module.reactions(programmes) for module in (reminders, deadlines)]

    def react(message: Recorded[Contract]) -> list[Ask]:
        concerned = [table[message.type] for table in tables if message.type in table]
        return [ask for reaction in concerned for ask in reaction(message)]

    return dict.fromkeys([type_ for table in tables for type_ in table], react)
