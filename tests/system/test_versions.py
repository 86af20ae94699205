"""An event that an earlier release stored is read by today's code, wherever it is read."""

import orjson
import pytest
from uuid_utils.compat import uuid7

from events.occurrence import Occurred
from events.postgres import PostgresStore
from events.store import AccessLine, Draft, Metadata, WriteSet
from rig.old import NEW, OLD, lift
from rig.rest import at_rest
from rig.story import Story
from rig.tables import rows, value
from rig.topics import of_key
from rig.world import World

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

AS_TODAY = "update events set type = $2, data = $3 where type = $1"
STORED = "select type, data from events where key = $1 order by position"


async def test_an_old_form_of_an_event_is_read_in_answers_lists_rules_topics_and_figures(
    world: World,
) -> None:
    story = await Story.of(world.patient)
    await story.identify("2020-06-01")
    async with world.instead("intake", {"RIG_OLD": "1"}):
        try:
            await _store_as_an_earlier_release_did(story)
            await _everybody_reads_it(story)
        finally:
            await _rewrite(world)
    await at_rest(world)


async def _store_as_an_earlier_release_did(story: Story) -> None:
    metadata = Metadata(
        actor="somebody",
        role="referrer",
        correlation_id=uuid7(),
        programme=story.programme,
        programme_version=1,
    )
    draft = Draft(
        id=uuid7(),
        key=story.id,
        stream=story.id,
        type=OLD,
        event={"via": "phone"},
        occurred=Occurred.parse("2020-06-30"),
        metadata=metadata,
    )
    line = AccessLine(
        actor=metadata.actor,
        role=metadata.role,
        organisation=None,
        action="offer:make",
        resource=f"{story.candidate}/offers",
        key=story.id,
        outcome="allowed",
        correlation_id=metadata.correlation_id,
    )
    write = WriteSet(events=[draft], expected={story.id: 1}, access=[line])
    async with PostgresStore.open(story.world.database("intake"), source="intake") as store:
        await store.append(write)


async def _everybody_reads_it(story: Story) -> None:
    hospital = story.hospital
    assert hospital is not None
    candidate = await hospital.read("intake", story.candidate)
    assert (candidate["status"], candidate["attempts"]) == ("offered", 1)
    declined = await story.decline()
    listed = await hospital.read(
        "intake", "/v1/candidates", {"minPosition": declined["position"], "status": "declined"}
    )
    assert [(item["id"], item["attempts"]) for item in listed["items"]] == [(str(story.id), 1)]
    [stored] = [r for r in await rows(story.world, "intake", STORED, story.id) if r["type"] == OLD]
    assert orjson.loads(stored["data"]) == {"via": "phone"}
    await at_rest(story.world)
    sent = {str(e.get_type()): e.get_data() for e in await of_key(story.world, "intake", story.id)}
    assert sent["leidraad.intake.offer-made.v1"] == {
        "attempt": 1,
        "channel": "phone",
        "byFunction": "unknown",
        "leaflet": "unknown",
        "recipient": "unknown",
        "route": None,
        "wording": "unknown",
    }
    analyst, query = story.world.caller("analyst"), {"organisation": str(hospital.organisation)}
    figure = await analyst.read("analytics", "/v1/figures/offers", query | {"by": "quarter"})
    assert [(row["quarter"], row["attempts"]) for row in figure["rows"]] == [("2020-Q2", 1)]


async def _rewrite(world: World) -> None:
    """The services of the other tests do not know the invented form."""
    _, today = lift({"via": "phone"})
    await value(world, "intake", AS_TODAY, OLD, NEW, orjson.dumps(today).decode())
