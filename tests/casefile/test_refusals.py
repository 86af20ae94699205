"""HTTP for cases: what is refused, and that a refusal leaves no trace."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest

from casefile.backup.decider import BACKUP
from casefile.backup.examples import TOOK_OVER
from casefile.case.examples import (
    ASSIGNED,
    BACKUP_ASSIGNED,
    CASE_ID,
    CASE_MANAGER,
    CLOSED,
    OPENED,
    RELEASED,
)
from casefile.document.decider import DOCUMENT
from casefile.document.examples import ADDED, BYTES, CONTENT, DOCUMENT_ID, REQUEST, REQUESTED
from casefile.handover.decider import HANDOVER
from casefile.handover.examples import HANDOVER_ID, OFFERED
from casefile.instrument.decider import INSTRUMENT
from casefile.instrument.examples import COMPLETED, COMPLETION
from casefile.journal.decider import JOURNAL
from casefile.journal.examples import ACTIVITY, LOGGED
from casefile.needs.decider import NEEDS
from casefile.needs.examples import IDENTIFIED, NEED_ID
from casefile.persons.decider import PERSONS
from casefile.persons.examples import CHILD, CHILD_ADDED, PATIENT, PATIENT_ADDED
from casefile.track.examples import CLAIM, CLAIM_FILED, CLAIM_OPENED, ENTRY
from events.contents import Contents
from events.memory import MemoryStore
from events.store import WriteSet
from kit.access import Role
from kit.testing import Stand, problem

Body = dict[str, object]
Tell = Callable[..., Awaitable[None]]
Traces = Callable[[], list[int]]

CASES = "/v1/cases"
COLLEAGUE, STAND_IN = uuid4(), uuid4()
RECEIPT = f"handovers/{HANDOVER_ID}/acknowledgements"
WORK: Body = {
    "category": "contact",
    "type": "home-visit",
    "contactMinutes": 75,
    "travelMinutes": 40,
    "registrationMinutes": 10,
}
DOCUMENT_PATH = f"documents/{DOCUMENT_ID}"
WRITES: dict[str, Body] = {
    "case-managers": {"caseManager": str(CASE_MANAGER), "role": "backup"},
    f"case-managers/{CASE_MANAGER}/releases": {},
    "first-contacts": {"channel": "phone", "occurredAt": "2027-02-17"},
    "first-contacts/corrections": {"channel": "phone", "occurredAt": "2027-02-18"},
    "first-visits": {"occurredAt": "2027-02-18"},
    "first-visits/corrections": {"occurredAt": "2027-02-19"},
    "intensities": {"level": "low"},
    "conditions": {"condition": "critical"},
    "regions": {"region": "utrecht"},
    "origins": {"status": "calamity", "discovered": "2027-01-25"},
    "heavy-marks": {"reason": "weighs-on-case-manager"},
    "heavy-mark-removals": {"reason": "heavy-no-longer"},
    "winding-downs": {},
    "closings": {"reason": "settled", "checklist": {"evaluated": "yes"}},
    "closings/1/corrections": {"reason": "settled", "occurredAt": "2027-03-03"},
    "reopenings": {"reason": "new-need"},
    "handovers": {"receiver": str(COLLEAGUE), "reason": "absence", "giver": str(CASE_MANAGER)},
    RECEIPT: {},
    "takeovers": {"backup": str(STAND_IN), "occurredAt": "2027-02-21"},
    "hand-backs": {"backup": str(STAND_IN), "occurredAt": "2027-02-24"},
    "persons": {"role": "near-person", "relation": "partner", "contact": {"name": "A. Visser"}},
    f"persons/{CHILD}/roles": {"role": "spokesperson", "mandate": "by-agreement"},
    f"persons/{CHILD}/details": {"contactLimits": ["mobility"]},
    "deaths": {"person": str(PATIENT)},
    "deaths/corrections": {"person": str(PATIENT), "occurredAt": "2027-02-23"},
    "needs": {"field": "legal", "theme": "legal", "words": "A lawyer is needed."},
    f"needs/{NEED_ID}/meetings": {"metBy": "network"},
    f"needs/{NEED_ID}/closings": {},
    "referrals-out": {"target": "lawyer"},
    "agreements": {"kind": "mode", "value": "sparring"},
    "consents": {"consent": "support", "form": "written", "scopes": ["whole-service"]},
    "consent-withdrawals": {"consent": "research"},
    "consent-refusals": {"consent": "research", "reason": "too-burdensome"},
    "activities": WORK,
    f"activities/{ACTIVITY}/corrections": WORK,
    "instruments": {"instrument": "bsi-53", "wave": "first", "scores": {"total": 0.83}},
    f"instruments/{COMPLETION}/corrections": {"wave": "first", "scores": {"housing": 8}},
    "evaluations": {"moment": "interim", "words": "The talks helped her."},
    "documents": {"kind": "calamity-report", "content": str(CONTENT)},
    f"{DOCUMENT_PATH}/checks": {"check": "complete", "result": "yes"},
    f"{DOCUMENT_PATH}/correction-requests": {"check": "complete"},
    f"{DOCUMENT_PATH}/correction-requests/{REQUEST}/answers": {"corrected": "no"},
    f"{DOCUMENT_PATH}/shares": {"sharedWith": "lawyer"},
    "tracks": {"track": "complaint"},
    f"tracks/{CLAIM}/steps": {"step": "settlement-offered"},
    f"tracks/{CLAIM}/steps/{ENTRY}/corrections": {"occurredAt": "2027-02-26"},
}
"""What can be posted about a case as JSON, each with a good body."""
CHANGES = (f"case-managers/{CASE_MANAGER}/releases", "closings", "reopenings")
WITHIN = (
    "case-managers",
    "first-contacts",
    "first-visits",
    "intensities",
    "conditions",
    "regions",
    "heavy-marks",
    "heavy-mark-removals",
    "winding-downs",
    "needs",
    "agreements",
    "persons",
    "referrals-out",
    "activities",
    "evaluations",
)
"""What belongs to the time in which a case is open."""
LEADS_TO = {
    "first-contacts/corrections": ["first-contacts"],
    "first-visits/corrections": ["first-visits"],
    "reopenings": ["closings"],
    "closings/1/corrections": ["closings"],
    "deaths/corrections": ["deaths"],
}
"""What must have happened, and has not happened in `before`."""
CHANNEL = ["#/channel"]
TREATMENT = ["#/report", "#/treatment/apology"]
BY_DESK = (
    "consents",
    "consent-refusals",
    "consent-withdrawals",
    "takeovers",
    "hand-backs",
    "origins",
    "regions",
)
ASSIGNING = ("case-managers", f"case-managers/{CASE_MANAGER}/releases", "reopenings")


async def in_blocks(*blocks: bytes) -> AsyncIterator[bytes]:
    for block in blocks:
        yield block


@pytest.fixture
async def before(tell: Tell, traces: Traces, contents: Contents, store: MemoryStore) -> list[int]:
    """The traces of a case with a case manager and one of each that can be told of."""
    await tell(OPENED, ASSIGNED, replace(ASSIGNED, case_manager=COLLEAGUE))
    await tell(
        replace(BACKUP_ASSIGNED, case_manager=STAND_IN), replace(RELEASED, case_manager=STAND_IN)
    )
    await tell(replace(OFFERED, receiver=COLLEAGUE), stream=HANDOVER.beside(CASE_ID))
    await tell(replace(TOOK_OVER, backup=STAND_IN), stream=BACKUP.beside(CASE_ID))
    await tell(PATIENT_ADDED, CHILD_ADDED, stream=PERSONS.beside(CASE_ID))
    await tell(IDENTIFIED, stream=NEEDS.beside(CASE_ID))
    await tell(LOGGED, stream=JOURNAL.beside(CASE_ID))
    await tell(COMPLETED, stream=INSTRUMENT.beside(CASE_ID))
    _, sealed = await contents.put(CASE_ID, CONTENT, in_blocks(BYTES), "application/pdf")
    await store.append(WriteSet(vault=sealed))
    await tell(ADDED, REQUESTED, stream=DOCUMENT.beside(CASE_ID))
    await tell(CLAIM_OPENED, CLAIM_FILED, stream=CLAIM)
    return traces()


async def post(
    client: httpx.AsyncClient, route: str, body: Body | None = None, case: object = CASE_ID
) -> httpx.Response:
    """Any version will do, where one is to be named."""
    headers = {"if-match": "*"} if route in CHANGES else {}
    return await client.post(
        f"{CASES}/{case}/{route}", json=WRITES[route] if body is None else body, headers=headers
    )


@pytest.mark.parametrize("route", [route for route in WRITES if route not in ASSIGNING])
async def test_a_case_that_somebody_else_holds_looks_like_none(
    stranger: httpx.AsyncClient, before: list[int], traces: Traces, route: str
) -> None:
    foreign = await post(stranger, route)
    random = await post(stranger, route, case=uuid4())

    assert problem(foreign) == problem(random) == (404, "not-found")
    assert foreign.content == random.content
    assert traces() == before


async def test_a_case_that_somebody_else_holds_is_not_read(
    stranger: httpx.AsyncClient, before: list[int], traces: Traces
) -> None:
    foreign = await stranger.get(f"{CASES}/{CASE_ID}")
    random = await stranger.get(f"{CASES}/{uuid4()}")

    assert problem(foreign) == (404, "not-found")
    assert foreign.content == random.content
    assert traces() == before


@pytest.mark.parametrize(
    ("role", "routes"),
    [
        (Role.REFERRER, list(WRITES)),
        (Role.ANALYST, list(WRITES)),
        (Role.OPERATOR, list(WRITES)),
        (Role.SERVICE, list(WRITES)),
        (Role.CASE_MANAGER, list(ASSIGNING)),
        (Role.DESK, [route for route in WRITES if route not in (*ASSIGNING, *BY_DESK)]),
    ],
)
async def test_each_role_does_its_own_work_only(
    stand: Stand, before: list[int], traces: Traces, role: Role, routes: list[str]
) -> None:
    client = stand.client(role, subject=str(CASE_MANAGER))

    answers = [await post(client, route) for route in routes]

    assert {problem(answer) for answer in answers} == {(403, "forbidden")}
    assert traces() == before


@pytest.mark.parametrize("role", [Role.REFERRER, Role.ANALYST, Role.OPERATOR, Role.SERVICE])
async def test_a_case_is_read_by_those_who_work_on_cases(
    stand: Stand, before: list[int], traces: Traces, role: Role
) -> None:
    answer = await stand.client(role).get(f"{CASES}/{CASE_ID}")

    assert problem(answer) == (403, "forbidden")
    assert traces() == before


@pytest.mark.parametrize("route", WRITES)
async def test_an_unknown_field_is_refused_on_every_route(
    lead: httpx.AsyncClient, before: list[int], traces: Traces, route: str
) -> None:
    answer = await post(lead, route, {**WRITES[route], "bsn": "123456782"})

    assert problem(answer) == (422, "invalid")
    assert answer.json()["errors"] == [{"pointer": "#/bsn", "detail": "this is not known here"}]
    assert traces() == before


@pytest.mark.parametrize("route", WRITES)
async def test_a_stale_version_is_refused_on_every_route(
    lead: httpx.AsyncClient, before: list[int], traces: Traces, route: str
) -> None:
    stale = {"if-match": '"7"'}

    answer = await lead.post(f"{CASES}/{CASE_ID}/{route}", json=WRITES[route], headers=stale)

    assert problem(answer) == (412, "stale")
    assert traces() == before


@pytest.mark.parametrize("route", CHANGES)
async def test_whoever_closes_or_releases_names_the_version(
    lead: httpx.AsyncClient, before: list[int], traces: Traces, route: str
) -> None:
    answer = await lead.post(f"{CASES}/{CASE_ID}/{route}", json=WRITES[route])

    assert problem(answer) == (428, "if-match-missing")
    assert traces() == before


@pytest.mark.parametrize(
    ("route", "changed", "fields"),
    [
        ("case-managers", {"caseManager": "me", "role": "A"}, ["#/caseManager", "#/role"]),
        ("case-managers", {"role": "boss"}, ["#/role"]),
        ("first-contacts", {"channel": "pigeon"}, ["#/channel"]),
        ("closings", {"reason": "tired"}, ["#/reason"]),
        ("consents", {"consent": "marriage"}, ["#/consent"]),
        ("consents", {"form": "spoken", "scopes": ["interview"]}, ["#/form", "#/scopes/0"]),
        ("consents", {"scopes": []}, ["#/scopes"]),
        ("consent-withdrawals", {"consent": "marriage"}, ["#/consent"]),
        ("consent-refusals", {"consent": "marriage", "reason": "no"}, ["#/consent", "#/reason"]),
        ("intensities", {"level": "huge"}, ["#/level"]),
        ("conditions", {"condition": "tired"}, ["#/condition"]),
        ("regions", {"region": "atlantis"}, ["#/region"]),
        ("regions", {"region": "utrecht", "street": "Kade"}, ["#/street"]),
        (
            "origins",
            {
                "kind": "bad-luck",
                "consequence": "none",
                "status": "maybe",
                "disclosedBy": "pigeon",
            },
            ["#/consequence", "#/disclosedBy", "#/kind", "#/status"],
        ),
        (
            "origins",
            {
                "discovered": "2028",
                "disclosed": "2027-02-30",
                "occurredAt": "2028",
            },
            ["#/disclosed", "#/discovered", "#/occurredAt"],
        ),
        ("origins", {"status": None, "discovered": None}, ["#/kind"]),
        ("heavy-marks", {"reason": "heavy-no-longer"}, ["#/reason"]),
        ("heavy-mark-removals", {"reason": "client-died"}, ["#/reason"]),
        (
            "closings",
            {"reason": "tired", "checklist": {"gift": "yes"}},
            ["#/checklist/gift", "#/reason"],
        ),
        ("closings", {"checklist": {"evaluated": "maybe"}}, ["#/checklist/evaluated"]),
        ("reopenings", {"reason": "tired"}, ["#/reason"]),
        ("handovers", {"receiver": "me", "reason": "A"}, ["#/reason", "#/receiver"]),
        ("handovers", {"reason": "tired"}, ["#/reason"]),
        (
            "persons",
            {"relation": "pet", "contactLimits": ["moody"]},
            ["#/contactLimits/0", "#/relation"],
        ),
        ("persons", {"role": "client"}, ["#/clientType"]),
        (
            "persons",
            {"role": "spokesperson", "clientType": "patient"},
            ["#/clientType", "#/mandate"],
        ),
        ("persons", {"contact": {"name": "", "phone": "x"}}, ["#/contact/name", "#/contact/phone"]),
        (f"persons/{CHILD}/roles", {"role": "near-person"}, ["#/mandate"]),
        (f"persons/{CHILD}/roles", {"mandate": "by-force"}, ["#/mandate"]),
        (
            f"persons/{CHILD}/details",
            {"contactLimits": ["moody"], "preferredChannel": "pigeon", "function": "porter"},
            ["#/contactLimits/0", "#/function", "#/preferredChannel"],
        ),
        ("takeovers", {"backup": "she", "reason": "ill"}, ["#/backup", "#/reason"]),
        ("hand-backs", {"backup": "she", "occurredAt": "2028"}, ["#/backup", "#/occurredAt"]),
        ("deaths", {"person": "she"}, ["#/person"]),
        ("needs", {"field": "culinary", "theme": "food"}, ["#/field", "#/theme"]),
        (f"needs/{NEED_ID}/meetings", {"metBy": "luck"}, ["#/metBy"]),
        ("referrals-out", {"target": "astrologer"}, ["#/target"]),
        ("agreements", {"kind": "wage"}, ["#/kind"]),
        ("agreements", {"value": "solo"}, ["#/value"]),
        ("agreements", {"kind": "length"}, ["#/value"]),
        ("activities", {"category": "leisure"}, ["#/category"]),
        ("activities", {"category": "leisure", "type": "tea"}, ["#/category", "#/type"]),
        ("activities", {"type": "draft-letter"}, ["#/type"]),
        ("activities", {"contactMinutes": -1, "travelMinutes": 1441}, None),
        ("activities", {"attended": "yes"}, ["#/attended"]),
        ("activities", {"attended": "perhaps"}, ["#/attended"]),
        ("activities", {"category": "record", "type": "document", "channel": "phone"}, CHANNEL),
        (
            "activities",
            {
                "type": "letter",
                "channel": "pigeon",
                "participants": ["client", "friend"],
                "tags": ["red"],
                "boundaryDoubts": ["none"],
                "treatment": {"anger": "yes"},
            },
            [
                "#/boundaryDoubts/0",
                "#/channel",
                "#/participants/1",
                "#/tags/0",
                "#/treatment/anger",
                "#/type",
            ],
        ),
        ("activities", {"treatment": {"apology": "often"}, "report": ""}, TREATMENT),
        (f"activities/{ACTIVITY}/corrections", {"category": "leisure"}, ["#/category"]),
        ("evaluations", {"moment": "never"}, ["#/moment"]),
        ("evaluations", {"words": ""}, ["#/words"]),
        (
            "instruments",
            {"wave": "third", "scores": {"anxiety": 4.5, "total": 0.125, "joy": 2, "hostility": 4}},
            ["#/scores/anxiety", "#/scores/joy", "#/scores/total", "#/wave"],
        ),
        ("instruments", {"instrument": "iq", "scores": {"joy": 2}}, ["#/instrument"]),
        ("instruments", {"scores": {"total": "2"}}, ["#/scores/total"]),
        ("instruments", {"scores": {}}, ["#/scores"]),
        (
            f"instruments/{COMPLETION}/corrections",
            {"scores": {"housing": 7.5, "physical": 0}},
            ["#/scores/housing", "#/scores/physical"],
        ),
        ("documents", {"kind": "poem", "content": str(uuid4())}, ["#/content", "#/kind"]),
        ("documents", {"title": "x" * 201}, ["#/title"]),
        (f"{DOCUMENT_PATH}/checks", {"check": "pretty"}, ["#/check"]),
        (f"{DOCUMENT_PATH}/checks", {"result": "perhaps"}, ["#/result"]),
        (f"{DOCUMENT_PATH}/correction-requests", {"check": "pretty"}, ["#/check"]),
        (f"{DOCUMENT_PATH}/shares", {"sharedWith": "neighbour"}, ["#/sharedWith"]),
        ("tracks", {"track": "race"}, ["#/track"]),
        (f"tracks/{CLAIM}/steps", {"step": "started"}, ["#/step"]),
        (f"tracks/{CLAIM}/steps", {"outcome": "held"}, ["#/outcome"]),
        (
            f"tracks/{CLAIM}/steps/{ENTRY}/corrections",
            {"data": {"colour": "red"}, "occurredAt": "2028"},
            ["#/occurredAt"],
        ),
        ("first-contacts", {"occurredAt": "2027-03-06"}, ["#/occurredAt"]),
    ],
)
async def test_what_is_wrong_is_named_and_leaves_no_trace(
    lead: httpx.AsyncClient,
    before: list[int],
    traces: Traces,
    route: str,
    changed: Body,
    fields: list[str] | None,
) -> None:
    answer = await post(lead, route, {**WRITES[route], **changed})

    assert problem(answer) == (422, "invalid")
    named = sorted(error["pointer"] for error in answer.json()["errors"])
    assert named == (fields or ["#/contactMinutes", "#/travelMinutes"])
    assert traces() == before


@pytest.mark.parametrize("route", [*WITHIN, "closings"])
async def test_nothing_happens_on_a_case_before_it_opened(
    lead: httpx.AsyncClient, before: list[int], traces: Traces, route: str
) -> None:
    answer = await post(lead, route, {**WRITES[route], "occurredAt": "2027-02-14"})

    assert problem(answer) == (409, "impossible-order")
    assert traces() == before


@pytest.mark.parametrize("route", WITHIN)
async def test_nothing_happens_on_a_case_after_it_closed(
    lead: httpx.AsyncClient, tell: Tell, traces: Traces, route: str
) -> None:
    await tell(OPENED, ASSIGNED, CLOSED)
    before = traces()

    late = await post(lead, route, {**WRITES[route], "occurredAt": "2027-03-02"})
    told_late = await post(lead, route, {**WRITES[route], "occurredAt": "2027-02-27"})

    assert problem(late) == (409, "case-closed")
    assert told_late.status_code == 201
    assert traces()[0] == before[0] + 1


@pytest.mark.parametrize("route", [route for route in WRITES if route != RECEIPT])
async def test_a_repeated_request_gets_the_first_answer(
    lead: httpx.AsyncClient, before: list[int], traces: Traces, route: str
) -> None:
    path, headers = f"{CASES}/{CASE_ID}/{route}", {"idempotency-key": "once", "if-match": "*"}
    headers = headers if route in CHANGES else {"idempotency-key": "once"}
    for earlier in LEADS_TO.get(route, ()):
        await post(lead, earlier)
    first = await lead.post(path, json=WRITES[route], headers=headers)
    after = traces()

    again = await lead.post(path, json=WRITES[route], headers=headers)
    other = {**WRITES[route], "occurredAt": "2027-03-01"}
    reused = await lead.post(path, json=other, headers=headers)

    assert first.is_success
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert problem(reused) == (422, "idempotency-key-reused")
    assert traces() == after != before


def test_the_routes_of_the_table_are_all_there_are(stand: Stand) -> None:
    ids = {str(CASE_MANAGER): "{case_manager}", str(ACTIVITY): "{activity}", str(CLAIM): "{track}"}
    ids |= {str(ENTRY): "{entry}", str(HANDOVER_ID): "{handover}", str(COMPLETION): "{completion}"}
    ids |= {str(CHILD): "{person}", str(NEED_ID): "{need}"}
    ids |= {str(DOCUMENT_ID): "{document}", str(REQUEST): "{request}", "1": "{spell}"}
    told = {"/".join(ids.get(part, part) for part in route.split("/")) for route in WRITES}

    posted = {
        path.removeprefix("/v1/cases/{case_id}/")
        for path, operations in stand.app.openapi()["paths"].items()
        if "post" in operations
    }

    assert posted == told | {"contents"}
