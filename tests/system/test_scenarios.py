"""The invented scenarios of the programme, end to end: domain sheet 00, section 11."""

from typing import Any
from uuid import UUID

import pytest

from rig.caller import Caller, Json, problem
from rig.courses import day
from rig.figures import Figures
from rig.rest import at_rest
from rig.story import Story
from rig.world import BEREAVED, DECLINED, LONG_LIABILITY, World, eventually

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

WARNING = "slechter"
DESK = "Delivered-To: medical-incidents@example.org"
ORIGIN: Json = {
    "kind": "wrong-or-late-diagnosis",
    "discovered": day(0),
    "disclosed": day(2),
    "disclosedBy": "face-to-face",
}
INVESTIGATION, LIABILITY, APPLICATION = "calamity-investigation", "liability", "application"


async def test_accepted_with_a_long_liability(world: World) -> None:
    story = await Story.of(world, LONG_LIABILITY)
    backup = world.caller("case-manager")

    await _referred(story, offered=9, referred=10, reason="little-trust")
    await story.tell("first-visits", day(17))
    await story.tell("origins", day(17), **ORIGIN)
    await story.tell("activities", day(17), **_activity("contact", "home-visit", 75))
    support: Json = {"consent": "support", "form": "written", "scopes": ["whole-service"]}
    await story.tell("consents", day(17), **support)
    await story.tell("activities", day(18), **_activity("hospital", "notify-involvement", 10))
    investigation = await _investigated(story)
    await story.assess(day(168), status="calamity", consequence="serious-harm")
    minutes = await _minutes_are_put_right(story)
    await _social_support_is_granted(story)
    claim = await _claimed(story)
    await _manager_is_away(story)
    await _backup_takes_over(story, backup)
    await story.tell(f"tracks/{claim}/steps", day(436), by=backup, step="settlement-rejected")
    await story.tell("hand-backs", day(446), backup=str(backup.id))
    await story.tell(f"tracks/{claim}/steps", day(520), step="settled")
    await story.tell("evaluations", day(540), moment="closing")
    await story.close(day(545), reason="settled")
    await at_rest(world)

    figures = Figures(world.caller("analyst"), LONG_LIABILITY)
    assert await figures.days("incident", "referral-made") == 10
    assert await figures.days("client-heard-by-committee", "calamity-report-finished") == 92
    assert await figures.days("liability-claim-filed", "liability-acknowledged") == 92
    assert await figures.support() == (535, 17.6)
    assert await figures.attended("client-heard-by-committee") == (1, 1)
    assert await figures.attended("calamity-report-discussed") == (1, 1)
    assert await _on_their_day(story) == {"first-contact": "met", "settlement-answer": "met"}
    assert await _uncovered(story, 430) == ["settlement-answer"]
    assert await _uncovered(story, 431) == []
    assert await figures.share("case-opened", "backup-took-over") == (1, 1)
    case = await story.desk.read("casefile", story.case)
    assert (case["status"], case["closingReason"]) == ("closed", "settled")
    assert await figures.share("case-opened", f"origin-described.kind={ORIGIN['kind']}") == (1, 1)
    await _says_what_led_to_it(story, case)
    assert case["backupPeriods"] == [
        {"backup": str(backup.id), "since": day(431), "until": day(446)}
    ]
    read = await story.manager.read("casefile", minutes)
    assert [request["corrected"] for request in read["correctionRequests"]] == ["yes"]
    said = {step: told for track in case["tracks"] for step, told in _said(track).items()}
    assert said["report-access-decided"] == (
        "copy-at-home",
        {"requested": "copy-at-home", "readingDays": 10},
    )
    assert said["inspectorate-judged"] == ("calamity", {"approved": "yes"})
    assert said["represented"] == ("insurers-aid", {"funding": "legal-expenses-insurance"})
    assert await _phase(story, investigation, 100) == "client-heard"
    assert await _roles(story, 430) == {str(story.manager.id): "case-manager"}
    both = {str(story.manager.id): "case-manager", str(backup.id): "backup"}
    assert await _roles(story, 431) == both


async def test_declined_twice(world: World) -> None:
    story = await Story.of(world, DECLINED)

    await story.identify(day(1), origin=day(0))
    await story.offer(day(21), channel="letter-with-leaflet")
    await story.decline(day(28), "social-network", "medically-trained", final=False)
    await story.offer(day(70))
    await story.decline(day(70), "social-network", final=True)
    await at_rest(world)

    offers = await Figures(world.caller("analyst"), DECLINED).ask("offers")
    names = ("candidates", "offered", "accepted", "declined", "attempts")
    assert tuple(offers["totals"][name] for name in names) == (1, 1, 0, 1, 2)
    refused = await story.desk.ask("casefile", story.case)
    assert problem(refused) == (404, "not-found")
    assert story.hospital is not None
    referrals = await story.hospital.read("intake", "/v1/referrals")
    assert referrals["items"] == []
    data = await story.desk.ask("intake", f"/v1/referrals/{story.id}/contact-data")
    assert problem(data) == (409, "no-contact-consent")


async def test_a_death_and_the_bereaved(world: World) -> None:
    story = await Story.of(world, BEREAVED)

    await _referred(story, offered=12, referred=13, reason="clear-need")
    patient = await _person(story, 13, role="client", relation="self", clientType="patient")
    await story.tell("first-visits", day(20))
    speaks: Json = {"role": "spokesperson", "mandate": "by-agreement"}
    children = [await _person(story, 20, relation="child", **speaks) for _ in range(2)]
    investigation = await story.track(INVESTIGATION, on=day(14))
    heard = {"attended": "yes", "heard": ["spokesperson"]}
    await story.step(investigation, day(75), "client-heard", "held", **heard)
    await story.tell("conditions", day(140), condition="worsened")
    await story.tell("intensities", day(140), level="intensive")
    claim = await story.track(LIABILITY, on=day(142))
    await story.step(claim, day(142), "letter-drafted")
    await story.step(claim, day(144), "letter-signed")
    await story.step(claim, day(144), "claim-filed")
    await story.tell("deaths", day(151), person=patient)
    bereaved: Json = {"role": "client", "clientType": "next-of-kin"}
    await story.tell(f"persons/{children[0]}/roles", day(151), **bereaved)
    await story.step(investigation, day(170), "report-finished", "calamity")
    await story.step(investigation, day(185), "feedback-talk", "held", impactStatement="yes")
    budget = await story.track(APPLICATION, on=day(160))
    await story.step(budget, day(160), "submitted", scheme="personal-budget")
    await story.step(budget, day(200), "stopped")
    await story.step(claim, day(300), "adjuster-talk")
    await story.step(claim, day(420), "acknowledged")
    await story.tell("referrals-out", day(500), target="grief-support")
    await story.close(day(500), checklist={"referral-discussed": "yes"})
    await at_rest(world)

    figures = Figures(world.caller("analyst"), BEREAVED)
    assert await figures.days("liability-claim-filed", "client-died") == 7
    assert await figures.support() == (487, 16.0)
    case = await story.desk.read("casefile", story.case)
    assert case["id"] == str(story.id)
    assert (case["intensity"], case["condition"]) == ("intensive", "worsened")
    assert (case["heavy"], case["heavyReasons"]) == (True, ["client-died"])
    loads = [await figures.ask("caseload", asOf=day(after)) for after in (150, 151, 500)]
    assert [(load["n"], load["heavy"]) for load in loads] == [(1, 0), (1, 1), (0, 0)]
    needs = await story.desk.read("casefile", f"{story.case}/needs")
    assert [referral["target"] for referral in needs["referralsOut"]] == ["grief-support"]
    assert case["spells"][0]["checklist"]["referral-discussed"] == "yes"
    assert await _clients(story, 150) == {patient: "patient"}
    assert await _clients(story, 500) == {patient: "patient", children[0]: "next-of-kin"}


async def test_who_came_without_a_hospital_tells_what_happened(world: World) -> None:
    story = Story.with_hospital(world, None)

    await story.enter(day(10), origin=day(0)[:7])
    await story.screen(day(11), referred=day(10))
    await story.opened()
    await story.assign(day(11))
    await at_rest(world)
    nothing = await _origin(story, 11)
    told: Json = {
        "kind": "medication-error",
        "consequence": "serious-harm",
        "disclosedBy": "not-told",
    }
    await story.tell("origins", day(17), **told)
    dated = {"origin": day(0), "occurredAt": day(18)}
    await story.desk.write("intake", f"/v1/referrals/{story.id}/origins", dated)
    await story.tell("origins", day(40), by=story.desk, status="no-calamity")
    await at_rest(world)

    case = await story.manager.read("casefile", story.case)
    assert (case["organisation"], case["referral"]["source"]) == (None, "self")
    assert (case["referral"]["referredAt"], case["referral"]["attempt"]) == (day(10), None)
    unknown = dict.fromkeys(nothing)
    assert nothing == unknown | {"origin": day(0)[:7]}
    assert await _origin(story, 17) == nothing | told
    assert case["origin"] == unknown | told | {"origin": day(0), "status": "no-calamity"}
    early = {"discovered": str(int(day(0)[:4]) - 1), "occurredAt": day(18)}
    refused = await story.manager.send("casefile", f"{story.case}/origins", early)
    assert problem(refused) == (409, "impossible-order")


async def test_a_condition_that_worsens_now_is_told_to_the_desk_at_once(world: World) -> None:
    story = await Story.of(world)
    await story.accepted_referral()
    await story.opened()
    await story.assign()

    await story.tell("conditions", condition="critical")

    await eventually(lambda: _warned(story), "the desk was not warned")


def _warned(story: Story) -> bool:
    return any(WARNING in mail and DESK in mail for mail in story.mails)


async def _referred(story: Story, *, offered: int, referred: int, reason: str) -> None:
    """From the incident to a case with a case manager, who phones at once."""
    await story.identify(day(2), origin=day(0))
    await story.offer(day(offered))
    await story.accept(day(offered), reason=reason)
    await story.refer(day(referred))
    await story.screen(day(referred), referred=day(referred))
    await story.opened()
    await story.assign(day(referred))
    await story.first_contact(day(referred))


async def _investigated(story: Story) -> UUID:
    """Partly before there was a case, and told of only then."""
    track = await story.track(INVESTIGATION, on=day(2))
    await story.step(track, day(2), "reported-internally")
    await story.step(track, day(5), "reported-to-inspectorate")
    await story.step(track, day(6), "started")
    await story.step(track, day(76), "client-heard", "held", attended="yes")
    await story.step(track, day(168), "report-finished", "calamity")
    access: Json = {"requested": "copy-at-home", "readingDays": 10}
    await story.step(track, day(180), "report-access-decided", "copy-at-home", **access)
    await story.step(track, day(190), "feedback-talk", "held", attended="yes")
    await story.step(track, day(192), "inspectorate-judged", "calamity", approved="yes")
    await story.step(track, day(192), "closing-letter-sent")
    return track


async def _minutes_are_put_right(story: Story) -> str:
    """The path of the hospital's minutes, in which something was wrong."""
    content = await story.send_content(b"%PDF-1.7 minutes")
    minutes = await story.tell("documents", day(80), kind="minutes", content=content)
    path = f"documents/{minutes['id']}"
    await story.tell(f"{path}/checks", day(80), check="personal-data-right", result="no")
    asked = await story.tell(f"{path}/correction-requests", day(80), check="personal-data-right")
    answers = f"{path}/correction-requests/{asked['id']}/answers"
    await story.tell(answers, day(90), corrected="yes")
    return f"{story.case}/{path}"


async def _social_support_is_granted(story: Story) -> None:
    track = await story.track(APPLICATION, on=day(120))
    await story.step(track, day(120), "submitted", scheme="social-support")
    await story.step(track, day(150), "decided", "granted", scheme="social-support")


async def _claimed(story: Story) -> UUID:
    """Up to the final bid, which is to be answered within a week."""
    track = await story.track(LIABILITY, on=day(195))
    funding = "legal-expenses-insurance"
    await story.step(track, day(195), "represented", "insurers-aid", funding=funding)
    await story.step(track, day(213), "claim-filed")
    await story.step(track, day(305), "acknowledged")
    await story.step(track, day(430), "settlement-offered", final="yes", respondBy=day(437))
    return track


async def _manager_is_away(story: Story) -> None:
    """Also on the day by which the bid is to be answered."""
    days = {"firstDay": day(431), "lastDay": day(445), "occurredAt": day(425)}
    path = f"/v1/case-managers/{story.manager.id}/absences"
    await story.manager.write("scheduling", path, days)


async def _backup_takes_over(story: Story, backup: Caller) -> None:
    body = {"caseManager": str(backup.id), "role": "backup", "occurredAt": day(431)}
    await story.desk.write("casefile", f"{story.case}/case-managers", body)
    handed: Json = {"receiver": str(backup.id), "reason": "absence"}
    handover = await story.tell("handovers", day(431), **handed)
    await story.tell(f"handovers/{handover['id']}/acknowledgements", day(431), by=backup)
    await story.tell("takeovers", day(431), by=backup, backup=str(backup.id))


async def _person(story: Story, on: int, **fields: Any) -> str:  # noqa: ANN401 - of each its own
    return str((await story.tell("persons", day(on), **fields))["id"])


def _activity(category: str, type_: str, minutes: int) -> Json:
    spent = {"contactMinutes": minutes, "travelMinutes": 0, "registrationMinutes": 0}
    return {"category": category, "type": type_, **spent}


async def _on_their_day(story: Story) -> dict[str, str]:
    """By policy, what had become of each deadline on the day by which it was due.

    History told late is silent: what was not done in time is open on its day, and never missed.
    """
    path = f"{story.case}/deadlines"
    due = {d["id"]: d["dueOn"] for d in (await story.desk.ask("scheduling", path)).json()}
    then = [(await story.desk.ask("scheduling", path, {"asOf": on})).json() for on in due.values()]
    return {
        d["policy"]: d["status"]
        for id_, on in zip(due, then, strict=True)
        for d in on
        if d["id"] == id_
    }


async def _uncovered(story: Story, on: int) -> list[str]:
    """By policy, those of this case."""
    query: Json = {"uncovered": "true", "asOf": day(on), "limit": 200}
    found = await story.desk.read("scheduling", "/v1/deadlines", query)
    return [d["policy"] for d in found["items"] if d["caseId"] == str(story.id)]


async def _roles(story: Story, on: int) -> dict[str, str]:
    case = await story.desk.read("casefile", story.case, {"asOf": day(on)})
    return {member["caseManager"]: member["role"] for member in case["caseManagers"]}


def _said(track: Json) -> dict[str, tuple[str | None, Json]]:
    """By step, how it ended and what it says."""
    return {step["step"]: (step["outcome"], step["data"]) for step in track["steps"]}


async def _says_what_led_to_it(story: Story, case: Json) -> None:
    """By the hospital before the case opened, by its case manager, by the hospital after that."""
    assert case["referral"] == {
        "source": "hospital",
        "referredAt": day(10),
        "criteriaVersion": 2,
        "consentedAt": day(9),
        "consentForm": "spoken",
        "attempt": 1,
        "channel": "phone",
        "reasons": ["little-trust"],
    }
    known = {"origin": day(0), **ORIGIN}
    assert case["origin"] == known | {"status": "calamity", "consequence": "serious-harm"}
    assert await _origin(story, 167) == known | {"status": None, "consequence": None}


async def _origin(story: Story, on: int) -> Json:
    case = await story.desk.read("casefile", story.case, {"asOf": day(on)})
    origin: Json = case["origin"]
    return origin


async def _phase(story: Story, track: UUID, on: int) -> str:
    read = await story.manager.read("casefile", f"{story.case}/tracks/{track}", {"asOf": day(on)})
    return str(read["phase"])


async def _clients(story: Story, on: int) -> dict[str, str]:
    case = await story.desk.read("casefile", story.case, {"asOf": day(on)})
    return {p["id"]: p["clientType"] for p in case["persons"] if p["role"] == "client"}
