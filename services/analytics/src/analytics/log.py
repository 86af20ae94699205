"""Analytics' own log: every message as it came, so that views rebuild without the topics."""

from collections.abc import Callable
from datetime import UTC, datetime

from events.contracts import Registry
from events.contracts.contract import Contract
from events.lanes import Handle
from events.store import ANY, AlreadyDone, Draft, Json, Recorded, Store, WriteSet

GROUP = "analytics.log"
SOURCES = ("intake", "casefile", "scheduling", "notifications")

Fact = Recorded[Contract | Json]
"""A message as it was published; of a type that nobody has registered, its JSON."""


def keep(store: Store) -> Handle:
    """A handler that appends each message to the log, once."""

    async def handle(message: Recorded[Json]) -> None:
        try:
            await store.append(kept(message))
        except AlreadyDone:
            return

    return handle


def kept(message: Recorded[Json]) -> WriteSet:
    """The message under its own id; what its source's log says of it goes into the JSON."""
    draft = Draft(
        id=message.id,
        key=message.key,
        stream=message.stream,
        type=message.type,
        event={
            "source": message.source,
            "position": message.position,
            "version": message.version,
            "recordedAt": sortable(message.recorded_at),
            "data": message.event,
        },
        occurred=message.occurred,
        corrects=message.corrects,
        metadata=message.metadata,
    )
    return WriteSet(events=[draft], expected={message.stream: ANY}, message=(GROUP, message.id))


def facts_of(registry: Registry) -> Callable[[Recorded[Json]], Fact]:
    """The inverse of `kept`: positions, versions and times of recording are the source's again."""

    def fact(recorded: Recorded[Json]) -> Fact:
        stored = recorded.event
        contract = registry.get(recorded.type)
        data = stored["data"]
        return Recorded(
            source=stored["source"],
            position=stored["position"],
            id=recorded.id,
            key=recorded.key,
            stream=recorded.stream,
            version=stored["version"],
            type=recorded.type,
            event=contract.model_validate(data) if contract else data,
            occurred=recorded.occurred,
            recorded_at=datetime.fromisoformat(stored["recordedAt"]),
            metadata=recorded.metadata,
            corrects=recorded.corrects,
        )

    return fact


def sortable(moment: datetime) -> str:
    """An instant whose order as text is its order in time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
