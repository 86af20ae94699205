"""A follower that has no rule of its own to fall back on: whatever comes twice is entered twice."""

from dataclasses import dataclass
from uuid import uuid5

from events.codec import Codec
from events.commands import StreamType
from events.consumer import Ask, Reaction
from events.contracts import Registry
from events.contracts.contract import Contract
from events.decider import Decider
from events.occurrence import Occurred
from events.store import Recorded

SERVICE, GROUP = "ledger", "ledger.entries"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enter:
    source: str
    position: int
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    source: str
    position: int
    number: int
    occurred: Occurred


def decide(command: Enter, entries: int) -> list[Entered]:
    return [
        Entered(
            source=command.source,
            position=command.position,
            number=entries + 1,
            occurred=command.occurred,
        )
    ]


CODEC: Codec[Entered] = Codec({"ledger.entered.v1": Entered})
LEDGER = StreamType("ledger", Decider(0, decide, lambda entries, _: entries + 1), CODEC)


def enter(message: Recorded[Contract]) -> list[Ask]:
    command = Enter(source=message.source, position=message.position, occurred=message.occurred)
    return [Ask(LEDGER, uuid5(message.key, "ledger"), command)]


def reactions(registry: Registry) -> dict[str, Reaction]:
    return dict.fromkeys(registry, enter)
