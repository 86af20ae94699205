"""The evidence that a system leaves: enough to judge it by, and nothing that is secret."""

from pathlib import Path

import pytest

from rig.dump import dump
from rig.rest import at_rest
from rig.story import Story
from rig.tables import rows
from rig.world import World

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

HASHES = """
    select encode(body_hash, 'hex'), encode(body_hash, 'base64') from requests
    where location like '%' || $1 || '%'
"""


async def test_personal_data_tokens_and_hashes_of_bodies_are_in_no_file_of_the_evidence(
    world: World, tmp_path: Path
) -> None:
    story = await Story.of(world)
    await story.accepted_referral()
    await story.opened()
    await at_rest(world)
    hashes = [text for row in await rows(world, "intake", HASHES, str(story.id)) for text in row]
    tokens = [user.token for user in (story.desk, story.hospital, story.manager) if user]
    planted = [story.contact.mark, *story.contact.body.values(), *tokens, *hashes]

    await dump(world, tmp_path)
    files = {path.relative_to(tmp_path): path.read_text() for path in tmp_path.rglob("*.jsonl")}

    assert len(hashes) > len(tokens) == 3
    told = {str(path) for path, content in files.items() if str(story.id) in content}
    assert told >= {"intake/log.jsonl", "casefile/views.jsonl", "topics/intake.events.jsonl"}
    assert [(path, text) for path, c in files.items() for text in planted if text in c] == []
