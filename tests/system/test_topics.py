"""What the topics carry, read with a decoder that is not ours; and what nothing may carry."""

from collections.abc import AsyncIterator, Sequence
from io import BytesIO

import pytest

from dev.port import LOOPBACK
from rig.audit import audit, in_order, number
from rig.rest import at_rest
from rig.story import Story
from rig.tables import connected, tables, value
from rig.topics import PUBLISHING, decoded, messages, of_key, own_messages
from rig.world import World

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

PROMISED = {
    "leidraad.intake.offer-accepted.v1",
    "leidraad.intake.referral-made.v1",
    "leidraad.casefile.calamity-investigation-started.v1",
    "leidraad.casefile.liability-claim-filed.v1",
    "leidraad.casefile.case-closed.v1",
}
SEALED = "select count(*) from vault_fields where person = $1 and field <> 'fingerprint'"


async def _whole_story(world: World) -> Story:
    story = await Story.of(world)
    await story.accepted_referral()
    await story.opened()
    await story.assign()
    await story.first_contact()
    await story.track("calamity-investigation", "started")
    await story.track("liability", "claim-filed")
    await story.close()
    await at_rest(world)
    return story


async def test_a_foreign_decoder_finds_the_promised_events_by_name_in_the_order_of_their_key(
    world: World,
) -> None:
    story = await _whole_story(world)

    intake, casefile = [await of_key(world, s, story.id) for s in ("intake", "casefile")]

    events = [*intake, *casefile]
    assert {event.get_type() for event in events} >= PROMISED
    for event in events:
        source = str(event.get_type()).split(".")[1]
        assert event.get_source() == f"urn:leidraad:{source}"
        assert event.get_specversion() == "1.0"
        assert event.get_datacontenttype() == "application/json"
        assert event.get_dataschema() == f"urn:leidraad:schema:{event.get_type()}"
        assert event.get_extension("partitionkey") == str(story.id)
        assert event.get_extension("caseid") == str(story.id)
        assert event.get_extension("programme") == story.programme
        assert isinstance(event.get_data(), dict)
    in_order(intake)
    in_order(casefile)


async def test_first_deliveries_are_in_the_order_of_the_log_in_every_partition(
    world: World,
) -> None:
    await _whole_story(world)

    for service in PUBLISHING:
        seen: dict[int, dict[str, int]] = {}
        for message in await own_messages(world, service):
            event = decoded(message)
            first = seen.setdefault(message.partition.number, {})
            first.setdefault(str(event.get_id()), number(event, "position"))
        assert seen
        for positions in seen.values():
            assert [*positions.values()] == sorted(positions.values())
    await audit(world)


async def test_personal_data_are_in_no_topic_log_metric_or_table_but_encrypted_in_vaults(
    world: World,
) -> None:
    story = await _whole_story(world)
    planted = [story.contact.mark, *story.contact.body.values()]

    for service in ("intake", "casefile"):
        assert await value(world, service, SEALED, story.id) == len(story.contact.body)
    kinds, telling = set(), set()
    async for kind, place, content in _everything(world):
        kinds.add(kind)
        telling |= {place} if _holds(content, str(story.id)) else set()
        leaked = [text for text in planted if _holds(content, text)]
        assert not leaked, f"{kind} {place} holds {leaked}"

    assert kinds == {"topic", "table", "file", "metrics"}
    assert telling >= {"intake", "casefile", "intake.events", "analytics.events"}


async def _everything(world: World) -> AsyncIterator[tuple[str, str, bytes]]:
    """All that is stored, sent or said, piece by piece."""
    for service in PUBLISHING:
        found = await messages(world, service)
        assert found
        parts = [p for m in found for p in (m.key, m.value, *(v for _, v in m.headers)) if p]
        yield "topic", service, b"\n".join(parts)
    for service in world.stack.ports:
        async for table, content in _dump(world, service):
            yield "table", f"{service}.{table}", content
    for path in world.stack.folder.rglob("*.log"):
        yield "file", path.name, path.read_bytes()
    for service, kind in world.stack.processes:
        port = world.stack.metrics[service, kind]
        if world.stack.processes[service, kind].running:
            answer = await world.client.get(f"http://{LOOPBACK}:{port}/metrics")
            assert b"leidraad_" in answer.content
            yield "metrics", service, answer.content


async def _dump(world: World, service: str) -> AsyncIterator[tuple[str, bytes]]:
    """Each table as text, as `pg_dump` has it."""
    async with connected(world, service) as connection:
        for table in await tables(connection):
            content = BytesIO()
            await connection.copy_from_table(table, output=content)
            yield table, content.getvalue()


def _holds(content: bytes, text: str) -> bool:
    """As it is, as bytes are dumped, or as JSON has it in a file."""
    return any(form in content for form in _forms(text))


def _forms(text: str) -> Sequence[bytes]:
    return text.encode(), text.encode().hex().encode(), text.encode("unicode_escape")
