"""Mail about a deadline reaches the owner, in absence the backup, who is told when it passed.

A bid goes on after the case closed; nothing else does.
"""

from datetime import UTC, datetime, timedelta

import pytest

from events.occurrence import civil_day
from rig.audit import audit
from rig.caller import Caller
from rig.overnight import seconds_left_today
from rig.rest import at_rest
from rig.story import Story
from rig.tables import value
from rig.world import World, eventually

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

WORSE, BID, UNANSWERED = "slechter", "Schikkingsvoorstel, antwoord", "Schikkingsvoorstel zonder"
POSTPONED = "Uitgesteld gesprek"
_SILENCED = "select count(*) from events where key = $1 and type = 'deadline.silenced.v1'"


async def test_the_owner_is_mailed_and_in_absence_or_once_the_day_has_passed_the_backup(
    world: World,
) -> None:
    story, backup, today = await _with_a_team(world), world.caller("case-manager"), _today()
    added = {"caseManager": str(backup.id), "role": "backup"}
    await story.desk.write("casefile", f"{story.case}/case-managers", added)
    for person in (story.manager, backup):
        await _gives_address(person)
        await _joins(story, person)

    await story.tell("conditions", condition="critical")
    await _arrives(story, WORSE, story.manager)
    time = f"/v1/case-managers/{story.manager.id}/absences"
    await story.manager.write("scheduling", time, {"firstDay": today})
    bid = {"final": "yes", "respondBy": today}
    claim = await story.track("liability")
    await story.tell(f"tracks/{claim}/steps", step="settlement-offered", data=bid)
    await _arrives(story, BID, backup)
    await _postpones_a_talk(story)
    await story.close()
    await at_rest(world)
    async with world.instead("scheduling", {"LEIDRAAD_CLOCK_SHIFT": seconds_left_today()}):
        await _arrives(story, UNANSWERED, backup)
        await eventually(lambda: _silenced(story), "the reminder did not pass in silence")

    await at_rest(world)
    assert len(_mails(story, BID)) == len(_mails(story, UNANSWERED)) == 1
    assert _mails(story, POSTPONED) == []
    assert await _reached(story) == {
        "first-contact-due": "desk",
        "condition-worsened": "owner",
        "settlement-answer-due": "backup",
        "settlement-answer-missed": "backup",
    }
    await audit(world)


async def _with_a_team(world: World) -> Story:
    story = await Story.of(world)
    await story.accepted_referral()
    await story.opened()
    await story.assign()
    return story


async def _reached(story: Story) -> dict[str, str]:
    told = await story.desk.read("notifications", f"{story.case}/messages")
    return {message["template"]: message["reached"] for message in told["items"]}


async def _postpones_a_talk(story: Story) -> None:
    """So long ago that the reminder is due today, and waits to be told."""
    ago = (civil_day(datetime.now(UTC)) - timedelta(days=28)).isoformat()
    investigation = await story.track("calamity-investigation", on=ago)
    await story.step(investigation, ago, "hearing-postponed")

    async def due() -> bool:
        open_ = await story.desk.ask("scheduling", f"{story.case}/deadlines")
        waiting = {d["policy"]: (d["status"], d["dueOn"]) for d in open_.json()}
        return waiting.get("hearing-postponed") == ("open", _today())

    await eventually(due, "no reminder is due today")


async def _silenced(story: Story) -> bool:
    return bool(await value(story.world, "scheduling", _SILENCED, story.id))


def _today() -> str:
    return civil_day(datetime.now(UTC)).isoformat()


def _address(person: Caller) -> str:
    return f"{person.id}@example.org"


async def _gives_address(person: Caller) -> None:
    path = f"/v1/case-managers/{person.id}/addresses"
    await person.write("scheduling", path, {"email": _address(person)})


async def _joins(story: Story, person: Caller) -> None:
    """Waits until the case is open to somebody of its team."""

    async def reads() -> bool:
        return (await person.ask("scheduling", f"{story.case}/deadlines")).is_success

    await eventually(reads, "the case is not open to its team")


async def _arrives(story: Story, subject: str, person: Caller) -> None:
    def there() -> bool:
        return bool(_mails(story, subject))

    await eventually(there, f"no mail about {subject}")
    [mail] = _mails(story, subject)
    assert f"Delivered-To: {_address(person)}" in mail


def _mails(story: Story, subject: str) -> list[str]:
    return [mail for mail in story.mails if subject in mail]
