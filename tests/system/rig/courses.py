"""Six courses that a case may take, beside those of the sheet, played together in one programme.

Days are counted from the incident (0, 10 January 2023); all were identified on day 1, offered on
day 2 and accepted on day 3. Who goes which way, and what is told only later (late):

| story | referred | what happens | ends |
|---|---|---|---|
| no calamity | 10 | heard on 50, reported no calamity on 110, client decides not to claim | 137 |
| reopened | 20 | closed on 120, reopened on 210, claim 230, acknowledged 280 | 320 |
| taken back | 30 | referral taken back on 35 | - |
| consent ends | 40 | consent to support on 45, withdrawn on 70 | open |
| late | 50 | claim 90, acknowledged 120, late: on 130 | late: 145 |
| two claims | 60 | first claim 100, acknowledged 160; second 110, denied 200 | open |
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from rig.caller import Json
from rig.figures import Figures
from rig.rest import at_rest
from rig.story import Story
from rig.world import COURSES, World

BEGAN = date(2023, 1, 10)
INVESTIGATION, LIABILITY = "calamity-investigation", "liability"


def day(number: int) -> str:
    """So many days after the incident."""
    return (BEGAN + timedelta(days=number)).isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Courses:
    """Some of the stories, once all is told; `known`: when all but what came late was known."""

    figures: Figures
    reopened: Story
    taken_back: Story
    consent_ends: Story
    late: Story
    known: str


async def played(world: World) -> Courses:
    hospital = await world.hospital(COURSES)
    stories = [Story.with_hospital(world, hospital, COURSES) for _ in range(6)]
    no_calamity, reopened, taken_back, consent_ends, late, two_claims = stories
    _, _, _, _, tell_late, _ = await asyncio.gather(
        _without_calamity(no_calamity),
        _reopened(reopened),
        _taken_back(taken_back),
        _consent_ends(consent_ends),
        _late(late),
        _two_claims(two_claims),
    )
    await at_rest(world)
    known = datetime.now(UTC).isoformat()
    claim, entry = tell_late
    correction = f"{late.case}/tracks/{claim}/steps/{entry}/corrections"
    await late.manager.write("casefile", correction, {"occurredAt": day(130)})
    await late.close(day(145))
    await at_rest(world)
    return Courses(
        figures=Figures(world.caller("analyst"), COURSES),
        reopened=reopened,
        taken_back=taken_back,
        consent_ends=consent_ends,
        late=late,
        known=known,
    )


async def _refer(story: Story, on: int) -> None:
    await story.identify(day(1), origin=day(0))
    await story.offer(day(2))
    await story.accept(day(3))
    await story.refer(day(on))


async def _support(story: Story, on: int) -> None:
    await _refer(story, on)
    await story.screen(day(on + 1), referred=day(on))
    await story.opened()
    await story.assign(day(on + 1))
    await story.first_contact(day(on + 2))


async def _without_calamity(story: Story) -> None:
    await _support(story, 10)
    investigation = await story.track(INVESTIGATION, "started", on=day(12))
    await story.step(investigation, day(50), "client-heard", "held", attended="yes")
    await story.step(investigation, day(110), "report-finished", "no-calamity")
    claim = await story.track(LIABILITY, on=day(120))
    await story.step(claim, day(120), "client-decided", "no-claim", reasons=["no-faith-in-it"])
    await story.close(day(137))


async def _reopened(story: Story) -> None:
    await _support(story, 20)
    await story.close(day(120))
    await story.reopen(day(210), reason="claims-after-all")
    await story.assign(day(210))
    claim = await story.track(LIABILITY, "claim-filed", on=day(230))
    await story.step(claim, day(280), "acknowledged")
    await story.close(day(320), reason="settled")


async def _taken_back(story: Story) -> None:
    await _refer(story, 30)
    path, body = f"/v1/referrals/{story.id}/withdrawals", {"reason": "client-changed-mind"}
    await story.desk.write("intake", path, body | {"occurredAt": day(35)})


async def _consent_ends(story: Story) -> None:
    await _support(story, 40)
    given: Json = {"consent": "support", "form": "written", "scopes": ["whole-service"]}
    await story.tell("consents", day(45), **given)
    await story.tell("consent-withdrawals", day(70), consent="support", by=story.desk)


async def _late(story: Story) -> tuple[UUID, str]:
    """The claim, and the step of it that will be corrected."""
    await _support(story, 50)
    claim = await story.track(LIABILITY, "claim-filed", on=day(90))
    return claim, await story.step(claim, day(120), "acknowledged")


async def _two_claims(story: Story) -> None:
    await _support(story, 60)
    first = await story.track(LIABILITY, "claim-filed", on=day(100))
    second = await story.track(LIABILITY, "claim-filed", on=day(110))
    await story.step(first, day(105), "represented", "insurers-aid")
    await story.step(second, day(115), "represented", "lawyer")
    await story.step(first, day(160), "acknowledged")
    await story.step(second, day(200), "denied")
