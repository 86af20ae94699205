"""The thread through all five services over HTTP, from a candidate to the figures."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from rig.caller import Caller, Json, problem
from rig.story import Story, activity
from rig.world import World, eventually, never

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

FIRST_CONTACT = "deadlines/first-contact"


async def test_a_case_goes_from_candidate_to_closed_through_all_services(world: World) -> None:
    story = await Story.of(world)
    before = datetime.now(UTC)

    await story.accepted_referral()
    await story.opened()
    await _deadline_is(story, "open")
    await _mail_arrives(story)
    await story.assign()
    await _contact_data_arrive(story)
    await story.first_contact()
    await _deadline_is(story, "met")
    logged = await story.log((30, 20, 5))
    logged_at = datetime.now(UTC)
    await _correct(story, logged["id"], (45, 20, 10))
    await story.track("calamity-investigation", "started")
    await story.track("liability", "claim-filed")
    await story.close()

    case = await story.manager.read("casefile", story.case)
    assert (case["status"], case["closingReason"]) == ("closed", "no-longer-needed")
    assert case["organisation"] == str(story.hospital and story.hospital.organisation)
    steps = {track["track"]: [step["step"] for step in track["steps"]] for track in case["tracks"]}
    assert steps == {"calamity-investigation": ["started"], "liability": ["claim-filed"]}
    assert _minutes(case) == [(45, 20, 10)]
    known_then = {"knownAt": logged_at.isoformat()}
    assert _minutes(await story.desk.read("casefile", story.case, known_then)) == [(30, 20, 5)]
    await _figures_tell(story, before)
    assert len(story.mails) == 1


async def test_a_consent_taken_back_in_intake_ends_the_access_to_contact_data_on_the_case(
    world: World,
) -> None:
    story = await Story.of(world)
    await story.accepted_referral()
    await story.opened()
    await story.assign()
    await _contact_data_arrive(story)

    await _hospital(story).write("intake", f"{story.candidate}/consent-withdrawals", {})

    async def gone() -> bool:
        answer = await story.manager.ask("casefile", f"{story.case}/contact-data")
        return answer.status_code == 404

    await eventually(gone, f"the contact data of case {story.id} are shown still")
    [consent] = (await story.manager.ask("casefile", f"{story.case}/consents")).json()
    assert (consent["consent"], consent["given"]) == ("contact-data", False)


async def test_what_is_withheld_or_declined_leads_to_no_case(world: World) -> None:
    withheld, declined = await _two_at_one_hospital(world)

    await withheld.identify()
    await withheld.withhold()
    await declined.identify()
    await declined.offer()
    await declined.decline()

    assert await _status_of(withheld) == "withheld"
    assert await _status_of(declined) == "declined"
    refused = await _hospital(declined).send("intake", f"{declined.candidate}/referrals", {})
    assert refused.status_code == 409
    await eventually(lambda: _offers_are(withheld, withheld=1, declined=1), "no figure of both")
    figure = await _offers(withheld)
    assert figure["totals"]["reasons"] == [
        {"answer": "declined", "reason": "unknown", "n": 1},
        {"answer": "withheld", "reason": "cannot-cope", "n": 1},
    ]
    assert await _no_case(withheld)
    assert await _no_case(declined)


async def test_a_referral_that_is_screened_out_opens_no_case(world: World) -> None:
    screened_out, let_in = await _two_at_one_hospital(world)

    await screened_out.identify()
    await screened_out.offer()
    await screened_out.accept()
    await screened_out.refer()
    await screened_out.screen(reason="no-need-after-all")
    await let_in.accepted_referral()
    await let_in.opened()

    referral = await screened_out.desk.read("intake", f"/v1/referrals/{screened_out.id}")
    assert referral["status"] == "screened-out"
    assert await never(lambda: _case_exists(screened_out), 1)


async def test_somebody_without_a_hospital_comes_to_a_case_too(world: World) -> None:
    story = Story.with_hospital(world, None)

    await story.enter()
    await story.screen()
    await story.opened()
    await story.assign()
    await _contact_data_arrive(story)

    case = await story.manager.read("casefile", story.case)
    assert (case["organisation"], case["status"]) == (None, "open")


async def test_another_organisation_is_told_nothing(world: World) -> None:
    story, stranger = await Story.of(world), await world.hospital()
    await story.identify()
    await story.offer()

    answers = await asyncio.gather(
        stranger.ask("intake", story.candidate),
        stranger.send("intake", f"{story.candidate}/declines", {"reasons": ["unknown"]}),
        stranger.ask("intake", f"/v1/candidates/{UUID(int=1)}"),
    )

    assert [problem(answer) for answer in answers] == [(404, "not-found")] * 3
    assert answers[0].json() == answers[2].json()
    listed = await stranger.read("intake", "/v1/candidates")
    assert listed["items"] == []
    assert await _status_of(story) == "offered"


async def _correct(story: Story, activity_id: str, minutes: tuple[int, int, int]) -> None:
    path = f"{story.case}/activities/{activity_id}/corrections"
    await story.manager.write("casefile", path, activity(minutes))


async def _deadline_is(story: Story, status: str) -> None:
    path = f"/v1/cases/{story.id}/{FIRST_CONTACT}"

    async def is_so() -> bool:
        answer = await story.desk.ask("scheduling", path)
        return answer.is_success and answer.json()["status"] == status

    await eventually(is_so, f"the deadline of case {story.id} is not {status}")


async def _mail_arrives(story: Story) -> None:
    async def sent() -> bool:
        answer = await story.desk.ask("notifications", f"/v1/cases/{story.id}/messages")
        return answer.is_success and [m["status"] for m in answer.json()["items"]] == ["sent"]

    await eventually(sent, f"no mail was sent about case {story.id}")
    [mail] = story.mails
    assert "Delivered-To: medical-incidents@example.org" in mail
    assert story.contact.mark not in mail


async def _contact_data_arrive(story: Story) -> None:
    """In casefile's own vault, as the hospital or the desk typed them in at intake."""
    path = f"{story.case}/contact-data"

    async def there() -> bool:
        return (await story.manager.ask("casefile", path)).is_success

    await eventually(there, f"case {story.id} has no contact data")
    assert await story.manager.read("casefile", path) == story.contact.body


async def _figures_tell(story: Story, before: datetime) -> None:
    """Each figure of this hospital, now and as it was, with the events that it is made of."""
    await eventually(lambda: _offers_are(story, accepted=1), "no figure of the acceptance")
    await eventually(lambda: _closing_is_known(story), "analytics does not know of the closing")
    yesterday = (before - timedelta(days=1)).date().isoformat()
    assert (await _offers(story, asOf=yesterday))["n"] == 0
    assert (await _offers(story, knownAt=before.isoformat()))["n"] == 0
    behind = await _events_behind_offers(story)
    assert [event["type"].split(".")[2] for event in behind] == [
        "candidate-identified",
        "offer-made",
        "offer-accepted",
    ]
    assert {event["key"] for event in behind} == {str(story.id)}


async def _closing_is_known(story: Story) -> bool:
    """Among the events behind all durations up to a closing are those of this case."""
    query = {"from": "liability-claim-filed", "to": "case-closed", "limit": 200}
    path = "/v1/figures/durations/events"
    events = await story.world.caller("analyst").read("analytics", path, query)
    own = [event["type"] for event in events["items"] if event["key"] == str(story.id)]
    return own == ["leidraad.casefile.liability-claim-filed.v1", "leidraad.casefile.case-closed.v1"]


async def _events_behind_offers(story: Story) -> list[Json]:
    analyst = story.world.caller("analyst")
    query = {"organisation": str(_hospital(story).organisation)}
    events = await analyst.read("analytics", "/v1/figures/offers/events", query)
    items: list[Json] = events["items"]
    return items


async def _offers(story: Story, **query: str) -> Json:
    """The figure of this story's hospital alone."""
    asked = {"organisation": str(_hospital(story).organisation), **query}
    return await story.world.caller("analyst").read("analytics", "/v1/figures/offers", asked)


async def _offers_are(story: Story, **counts: int) -> bool:
    totals = (await _offers(story))["totals"]
    return {name: totals[name] for name in counts} == counts


async def _two_at_one_hospital(world: World) -> tuple[Story, Story]:
    hospital = await world.hospital()
    return Story.with_hospital(world, hospital), Story.with_hospital(world, hospital)


def _hospital(story: Story) -> Caller:
    assert story.hospital is not None
    return story.hospital


async def _status_of(story: Story) -> str:
    candidate = await _hospital(story).read("intake", story.candidate)
    return str(candidate["status"])


async def _case_exists(story: Story) -> bool:
    return (await story.desk.ask("casefile", story.case)).is_success


async def _no_case(story: Story) -> bool:
    return not await _case_exists(story)


def _minutes(case: Json) -> list[tuple[int, int, int]]:
    return [
        (a["contactMinutes"], a["travelMinutes"], a["registrationMinutes"])
        for a in case["activities"]
    ]
