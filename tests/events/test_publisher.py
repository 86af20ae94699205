"""The publisher: where the topic became shorter between two looks, it goes back."""

from events.broker import Outgoing
from events.broker_memory import MemoryBroker
from events.checkpoint import MemoryCheckpoint
from events.marks import Reached
from events.publisher import Publisher

TOPIC = "intake.events"


def message(position: int) -> tuple[int, Outgoing]:
    return position, Outgoing(TOPIC, b"key", [("ce_position", str(position).encode())], b"")


async def test_what_lands_before_what_was_sent_earlier_tells_that_the_topic_was_made_anew() -> None:
    broker, checkpoint = MemoryBroker(1), MemoryCheckpoint()
    async with checkpoint.lead() as lead, broker.producer(TOPIC) as producer:
        assert lead is not None
        publisher = Publisher(service="intake", lead=lead, producer=producer)
        await publisher.verify()
        assert await publisher.send([message(1), message(2)], to=2)
        broker.delete(TOPIC)

        counts = await publisher.send([message(3)], to=3)

    assert not counts
    assert publisher.reached == checkpoint.reached == Reached()
