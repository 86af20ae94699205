"""The log that analytics keeps of what it consumed."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from analytics.examples import HOSPITAL, identity, told
from analytics.log import Fact, facts_of, keep, kept
from events.broker import Message, Partition
from events.contracts import registry
from events.contracts.intake import CandidateIdentified
from events.envelope import reads_everything, to_message
from events.memory import MemoryStore
from events.store import Recorded

FACT = facts_of(registry())
IDENTIFIED = told(
    17,
    CandidateIdentified(organisation=HOSPITAL, origin="2019-03"),
    "2019-04",
    recorded="2019-05-06T07:08:09Z",
    corrects=identity(3),
)


def message(fact: Fact) -> Recorded[dict[str, Any]]:
    event = fact.event if isinstance(fact.event, dict) else fact.event.model_dump(mode="json")
    return replace(fact, event=event)  # type: ignore[return-value]


async def test_a_message_comes_back_as_it_was_published() -> None:
    store = MemoryStore("analytics", lambda: datetime(2026, 1, 1, tzinfo=UTC))

    await keep(store)(message(IDENTIFIED))

    recorded = (await store.after(0, 10))[0]
    assert (recorded.source, recorded.position, recorded.version) == ("analytics", 1, 1)
    assert FACT(recorded) == IDENTIFIED


async def test_what_went_over_the_broker_comes_back_as_it_was_published() -> None:
    assert not isinstance(IDENTIFIED.event, dict)
    sent = to_message(message(IDENTIFIED), ("candidate-identified", IDENTIFIED.event))
    arrived = Message(Partition(sent.topic, 0), 0, sent.key, sent.headers, sent.value)
    store = MemoryStore("analytics")

    await keep(store)(reads_everything(registry())(arrived))

    metadata = replace(IDENTIFIED.metadata, actor="intake", role="service")
    assert FACT((await store.after(0, 10))[0]) == replace(IDENTIFIED, metadata=metadata)


async def test_a_message_of_an_unknown_type_is_kept_with_its_json() -> None:
    store = MemoryStore("analytics")
    unknown = told(1, {"some": ["thing"]}, "2019", type_="leidraad.casefile.moon-seen.v3")

    await keep(store)(message(unknown))

    assert FACT((await store.after(0, 10))[0]) == unknown


async def test_a_message_that_comes_again_is_kept_once() -> None:
    store = MemoryStore("analytics")
    handle = keep(store)

    await handle(message(IDENTIFIED))
    await handle(message(IDENTIFIED))

    assert (await store.head()).position == 1


async def test_messages_of_one_stream_are_kept_in_whatever_order_they_come() -> None:
    store = MemoryStore("analytics")
    handle = keep(store)

    await handle(message(told(2, {"n": 2}, "2019-02-01", type_="leidraad.intake.a.v1")))
    await handle(message(told(1, {"n": 1}, "2019-01-01", type_="leidraad.intake.a.v1")))

    assert [FACT(r).version for r in await store.after(0, 10)] == [2, 1]


def test_times_of_recording_sort_as_text() -> None:
    whole = datetime(2019, 1, 1, tzinfo=UTC)
    fraction = whole.replace(microsecond=1)

    texts = [
        kept(message(replace(IDENTIFIED, recorded_at=at))).events[0].event["recordedAt"]
        for at in (whole, fraction)
    ]

    assert texts == sorted(texts)
