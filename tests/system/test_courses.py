"""Other courses than those of the sheet: expected figures are sums by hand (`rig/courses.py`)."""

import pytest
import pytest_asyncio

from rig.caller import Json, problem
from rig.courses import INVESTIGATION, LIABILITY, Courses, day, played
from rig.world import World

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

FILED, ACKNOWLEDGED = "liability-claim-filed", "liability-acknowledged"
CLAIMS: Json = {"from_": FILED, "to": ACKNOWLEDGED}
SUPPORT: Json = {"from_": "referral-made", "to": "case-closed", "among": "case-opened"}
END = day(400)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def courses(world: World) -> Courses:
    return await played(world)


async def test_all_who_were_referred_are_somewhere_in_the_funnel(courses: Courses) -> None:
    """Referred on 10, 20, ... 60, screened a day later; one of them is taken back on 35."""
    names = ("referred", "screenedOut", "withdrawn", "waiting", "supported", "closed", "open")
    expected = {
        9: (0, 0, 0, 0, 0, 0, 0),
        10: (1, 0, 0, 1, 0, 0, 0),
        11: (1, 0, 0, 0, 1, 0, 1),
        34: (3, 0, 0, 1, 2, 0, 2),
        35: (3, 0, 1, 0, 2, 0, 2),
        119: (6, 0, 1, 0, 5, 0, 5),
        120: (6, 0, 1, 0, 5, 1, 4),
        145: (6, 0, 1, 0, 5, 3, 2),
        210: (6, 0, 1, 0, 5, 2, 3),
        320: (6, 0, 1, 0, 5, 3, 2),
    }

    asked = courses.figures.counted
    found = {on: await asked("funnel", *names, asOf=day(on)) for on in expected}

    assert found == expected


async def test_no_calamity_after_all_is_an_outcome_and_support_went_on(courses: Courses) -> None:
    """Heard on 50, report on 110: 60 days. Referred on 10, closed on 137: 127 days."""
    figures = courses.figures

    tracks = await figures.ask("tracks", track=INVESTIGATION, asOf=END)
    [report] = (row for row in tracks["rows"] if row["step"] == "report-finished")
    assert (tracks["n"], report["cases"], report["share"]) == (5, 1, 0.2)
    assert report["outcomes"] == [{"outcome": "no-calamity", "cases": 1, "tracks": 1}]
    assert await figures.days("client-heard-by-committee:held", "calamity-report-finished") == 60
    among = "calamity-report-finished:no-calamity"
    [support] = await figures.counted("durations", "days", **SUPPORT | {"among": among})
    assert support["mean"] == 127
    assert await figures.share(among, FILED) == (0, 1)
    assert await figures.share(among, "liability-client-decided:no-claim") == (1, 1)
    before = await figures.ask("tracks", track=INVESTIGATION, asOf=day(109))
    assert "report-finished" not in {row["step"] for row in before["rows"]}


@pytest.mark.parametrize(
    ("on", "status", "measured", "load"),
    [
        (119, "open", (0, 1, None), 1),
        (120, "closed", (1, 0, 100), 0),
        (209, "closed", (1, 0, 100), 0),
        (210, "open", (0, 1, None), 1),
        (319, "open", (0, 1, None), 1),
        (320, "closed", (1, 0, 300), 0),
    ],
)
async def test_a_case_that_opened_again_is_open_until_it_closes_again(
    courses: Courses, on: int, status: str, measured: tuple[object, ...], load: int
) -> None:
    """Referred on 20, closed on 120 (100 days), opened again on 210, closed on 320 (300 days).

    The case manager of this story has no other case.
    """
    story, figures = courses.reopened, courses.figures
    span = SUPPORT | {"fromSince": day(20), "fromUntil": day(20)}

    case = await story.desk.read("casefile", story.case, {"asOf": day(on)})
    support = await figures.ask("durations", **span, asOf=day(on))
    caseload = await figures.ask("caseload", asOf=day(on))

    assert case["status"] == status
    assert (support["n"], support["open"], support["days"]["mean"]) == measured
    held = [r["cases"] for r in caseload["rows"] if r["caseManager"] == str(story.manager.id)]
    assert sum(held) == load


async def test_each_spell_has_a_length_of_its_own(courses: Courses) -> None:
    """From 20 to 120 100 days, from 210 to 320 110; between them 90."""
    figures = courses.figures
    reopening = "case-reopened.spell=2"
    first = {"to": "case-closed.spell=1", "among": "case-reopened"}

    [days] = await figures.counted("durations", "days", **SUPPORT | first)

    assert days["mean"] == 100
    assert await figures.days(reopening, "case-closed.spell=2") == 110
    assert await figures.days("case-closed", reopening) == 90
    assert await figures.share("case-closed", "case-reopened") == (1, 3)


async def test_a_referral_that_was_taken_back_is_not_decided_on_any_more(courses: Courses) -> None:
    story = courses.taken_back

    case = await story.desk.ask("casefile", story.case)
    referral = await story.desk.read("intake", f"/v1/referrals/{story.id}")
    before = await story.desk.read("intake", f"/v1/referrals/{story.id}", {"asOf": day(34)})

    assert problem(case) == (404, "not-found")
    assert (before["status"], referral["status"]) == ("made", "withdrawn")
    screening = story.screening(day(36), "other-problem", day(30))
    refused = await story.desk.send("intake", *screening)
    assert problem(refused) == (409, "referral-withdrawn")
    reason = "referral-withdrawn.reason=client-changed-mind"
    assert await courses.figures.share("referral-made", reason) == (1, 6)


async def test_a_consent_that_was_withdrawn_ends_access_and_closes_nothing(
    courses: Courses,
) -> None:
    """Given on 45, withdrawn on 70 (25 days later); the case stays open."""
    story, figures = courses.consent_ends, courses.figures

    async def stood(on: int) -> list[bool]:
        answer = await story.desk.ask("casefile", f"{story.case}/consents", {"asOf": day(on)})
        return [consent["given"] for consent in answer.json()]

    case = await story.desk.read("casefile", story.case)

    assert [await stood(on) for on in (44, 69, 70)] == [[], [True], [False]]
    assert case["status"] == "open"
    assert problem(await story.manager.ask("casefile", story.case)) == (404, "not-found")
    support = "consent-given.consent=support"
    assert await figures.share(support, "consent-withdrawn.consent=support") == (1, 1)
    assert await figures.share(support, "case-closed") == (0, 1)
    assert await figures.days("consent-given", "consent-withdrawn") == 25


async def test_what_was_told_late_counts_from_when_it_was_known(courses: Courses) -> None:
    """Acknowledged on 120 (30 days after the claim) as was known then, on 130 (40) as is known now.

    The closing of 145 was not known then: the case was open, and on the load.
    """
    story, figures, known = courses.late, courses.figures, courses.known
    claim = CLAIMS | {"fromSince": day(90), "fromUntil": day(90)}

    async def answers(on: int, **times: str) -> tuple[object, ...]:
        at = {"asOf": day(on), **times}
        acknowledged = await figures.ask("durations", **claim, **at)
        [closed] = await figures.counted("funnel", "closed", **at)
        caseload = await figures.ask("caseload", **at)
        held = {r["caseManager"]: r["cases"] for r in caseload["rows"]}
        case = await story.desk.read("casefile", story.case, at)
        mean = acknowledged["days"]["mean"]
        return mean, closed, held.get(str(story.manager.id), 0), case["status"]

    assert await answers(125, knownAt=known) == (30, 1, 1, "open")
    assert await answers(125) == (None, 1, 1, "open")
    assert await answers(144, knownAt=known) == (30, 2, 1, "open")
    assert await answers(144) == (40, 2, 1, "open")
    assert await answers(145, knownAt=known) == (30, 2, 1, "open")
    assert await answers(145) == (40, 3, 0, "closed")


async def test_of_two_claims_each_has_its_own_answer_and_outcome(courses: Courses) -> None:
    """First 100 to 160: 60 days; second 110 to 200, denied: 90 days.

    From claim to acknowledgement: 50 (230 to 280), 40 (90 to 130), 60, and one of four has none.
    """
    figures = courses.figures

    tracks = await figures.ask("tracks", track=LIABILITY, asOf=END)
    rows = {row["step"]: row for row in tracks["rows"]}
    assert [rows["claim-filed"][name] for name in ("cases", "tracks", "share")] == [3, 4, 0.6]
    assert [rows["represented"][name] for name in ("cases", "tracks")] == [1, 2]
    assert rows["represented"]["outcomes"] == [
        {"outcome": "insurers-aid", "cases": 1, "tracks": 1},
        {"outcome": "lawyer", "cases": 1, "tracks": 1},
    ]
    found = await figures.ask("durations", **CLAIMS, asOf=END)
    assert [found[n] for n in ("counted", "population", "n", "open")] == ["tracks", 4, 3, 1]
    assert [found["days"][n] for n in ("min", "median", "max")] == [40, 50, 60]
    assert await figures.days(FILED, "liability-denied") == 90
    at = {"asOf": day(159)}
    assert await figures.counted("durations", "population", "n", **CLAIMS, **at) == (3, 1)


async def test_support_of_all_is_measured_to_the_last_closing(courses: Courses) -> None:
    """10 to 137 are 127 days, 20 to 320 300, 50 to 145 95; on 400 two are open: 360 and 340.

    The mean of the three closed is 522 / 3 = 174, of all five 1222 / 5 = 244.4, of the three with
    a claim (300, 95 and 340) 735 / 3 = 245, of the two others 487 / 2 = 243.5.
    """
    figures = courses.figures

    closed = await figures.ask("durations", **SUPPORT, asOf=END)
    cut = await figures.ask("durations", **SUPPORT, asOf=END, open="cut", splitBy="legal")

    assert [closed[name] for name in ("counted", "population", "n", "open")] == ["cases", 5, 3, 2]
    assert closed["days"]["mean"] == 174
    assert (cut["days"]["mean"], cut["days"]["max"], cut["openShare"]) == (244.4, 360, 0.4)
    assert cut["split"]["holding"]["days"]["mean"] == 245
    assert cut["split"]["others"]["days"]["mean"] == 243.5
