"""Fetching contact data from intake: until it answers, once, and never of somebody erased."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import stamina

from casefile.case.decider import CASE
from casefile.case.events import CaseEvent, ContactDataReceived, ContactDataRefused
from casefile.case.examples import CASE_ID, OPENED, RECEIVED, REFUSED
from casefile.case.work import FETCH_CONTACT_DATA
from casefile.consent.decider import CONSENT
from casefile.consent.events import ConsentEvent, ConsentGiven, ConsentWithdrawn
from casefile.consent.examples import RESEARCH_WITHDRAWN
from casefile.work.contact_data import ContactData
from events.memory import MemoryStore
from events.occurrence import Occurred
from events.store import AlreadyDone, Appended, Unavailable, Work, WriteSet
from events.testing import METADATA, FixedClock, draft, numbered
from events.vault import Vault
from kit.peers import PeerRefused, Peers, PeerUnavailable

WORK = Work(id=numbered(5), kind=FETCH_CONTACT_DATA, key=CASE_ID, data={}, metadata=METADATA)
WITHDRAWN = ConsentWithdrawn(
    consent="contact-data", stops=("contact-data",), occurred=Occurred.parse("2027-02-16")
)
GIVEN = ConsentGiven(
    consent="contact-data",
    form="spoken",
    scopes=("contact-data",),
    studies=(),
    occurred=Occurred.parse("2027-02-15"),
)
CONTACT = {"name": "Wilhelmina Plantinga", "phone": "06 1234 5678"}
Fetch = Callable[[], Awaitable[None]]
NO_CONSENT = {"type": "urn:leidraad:problem:no-contact-consent"}


class Intake:
    """Answers as it is told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.answer: Callable[[httpx.Request], httpx.Response] = lambda _: httpx.Response(
            200, json={**CONTACT, "email": None, "address": None}
        )

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answer(request)


@pytest.fixture(autouse=True)
def impatience() -> Iterator[None]:
    with stamina.set_testing(testing=True):
        yield


@pytest.fixture
def intake() -> Intake:
    return Intake()


@pytest.fixture
def contact_data(
    store: MemoryStore, vault: Vault, clock: FixedClock, intake: Intake, tmp_path: Path
) -> ContactData:
    token = tmp_path / "token"
    token.write_text("the service's token\n")
    client = httpx.AsyncClient(transport=httpx.MockTransport(intake))
    peers = Peers({"intake": "http://intake.test"}, token, client)
    return ContactData(store, vault, peers, clock)


@pytest.fixture
def fetch(contact_data: ContactData) -> Fetch:
    """Does the work item that is there when the test begins."""
    return lambda: contact_data.fetch(WORK)


@pytest.fixture(autouse=True)
async def opened(tell: Callable[..., Awaitable[None]], store: MemoryStore) -> None:
    await tell(OPENED)
    await store.append(WriteSet(work=[WORK]))


def last(store: MemoryStore) -> object:
    return CASE.codec.decode(store.log[-1]).event


async def test_contact_data_come_into_the_vault_of_casefile_and_are_in_no_event(
    fetch: Fetch, store: MemoryStore, vault: Vault, intake: Intake
) -> None:
    await fetch()

    received = last(store)
    assert isinstance(received, ContactDataReceived)
    assert await vault.open(CASE_ID, received.contact) == CONTACT
    assert "Plantinga" not in repr((store.log, store.vault, store.work))
    assert store.work == {}
    [request] = intake.asked
    assert request.url == f"http://intake.test/v1/referrals/{CASE_ID}/contact-data"
    assert request.headers["authorization"] == "Bearer the service's token"
    assert request.headers["x-correlation-id"] == str(METADATA.correlation_id)


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [(409, NO_CONSENT, "no-contact-consent"), (410, {"type": "urn:x:erased"}, "erased")],
)
async def test_a_refusal_for_good_becomes_an_event_and_ends_the_work(
    fetch: Fetch,
    store: MemoryStore,
    intake: Intake,
    status: int,
    body: dict[str, str],
    reason: str,
) -> None:
    intake.answer = lambda _: httpx.Response(status, json=body)

    await fetch()

    refused = last(store)
    assert isinstance(refused, ContactDataRefused)
    assert refused.reason == reason
    assert (store.work, store.vault) == ({}, {})


async def test_nobody_is_asked_for_what_the_client_has_withdrawn_meanwhile(
    fetch: Fetch, tell: Callable[..., Awaitable[None]], store: MemoryStore, intake: Intake
) -> None:
    await tell(WITHDRAWN, stream=CONSENT.beside(CASE_ID))

    await fetch()

    refused = last(store)
    assert isinstance(refused, ContactDataRefused)
    assert refused.reason == "consent-withdrawn"
    assert (store.work, store.vault, intake.asked) == ({}, {}, [])


@pytest.mark.parametrize("before", [[], [GIVEN]])
async def test_what_was_withdrawn_before_the_answer_is_stored_is_not_stored(
    fetch: Fetch,
    tell: Callable[..., Awaitable[None]],
    store: MemoryStore,
    monkeypatch: pytest.MonkeyPatch,
    before: list[ConsentEvent],
) -> None:
    await tell(*before, stream=CONSENT.beside(CASE_ID))
    append = store.append

    async def append_after_the_withdrawal(write: WriteSet) -> Appended:
        monkeypatch.setattr(store, "append", append)
        await tell(WITHDRAWN, stream=CONSENT.beside(CASE_ID))
        return await append(write)

    monkeypatch.setattr(store, "append", append_after_the_withdrawal)
    await fetch()

    refused = last(store)
    assert isinstance(refused, ContactDataRefused)
    assert refused.reason == "consent-withdrawn"
    assert (store.work, store.vault) == ({}, {})


async def test_what_was_not_asked_for_after_a_withdrawal_is_fetched_when_consent_is_given_again(
    contact_data: ContactData, lead: httpx.AsyncClient, store: MemoryStore, vault: Vault
) -> None:
    given = {"consent": "contact-data", "form": "spoken", "scopes": ["contact-data"]}
    withdrawal = {"consent": "contact-data", "occurredAt": "2027-02-16"}
    await lead.post(f"/v1/cases/{CASE_ID}/consent-withdrawals", json=withdrawal)
    await contact_data.fetch(WORK)

    await lead.post(f"/v1/cases/{CASE_ID}/consents", json={**given, "occurredAt": "2027-02-17"})
    [work] = store.work.values()
    await contact_data.fetch(work)

    received = last(store)
    assert isinstance(received, ContactDataReceived)
    assert await vault.open(CASE_ID, received.contact) == CONTACT
    assert (work.kind, work.metadata.role) == (FETCH_CONTACT_DATA, "service")
    assert store.work == {}


async def test_what_intake_refused_for_want_of_consent_is_fetched_when_consent_is_given(
    contact_data: ContactData,
    tell: Callable[..., Awaitable[None]],
    store: MemoryStore,
    intake: Intake,
) -> None:
    answer = intake.answer
    intake.answer = lambda _: httpx.Response(409, json=NO_CONSENT)
    await contact_data.fetch(WORK)
    again = replace(WORK, id=numbered(6))
    given = replace(GIVEN, occurred=Occurred.parse("2027-02-17"))
    await tell(WITHDRAWN, given, stream=CONSENT.beside(CASE_ID))
    await store.append(WriteSet(work=[again]))

    intake.answer = answer
    await contact_data.fetch(again)

    assert isinstance(last(store), ContactDataReceived)
    assert (len(intake.asked), store.work) == (2, {})


async def test_what_intake_refuses_once_more_is_told_once(
    contact_data: ContactData, store: MemoryStore, intake: Intake
) -> None:
    intake.answer = lambda _: httpx.Response(409, json=NO_CONSENT)
    await contact_data.fetch(WORK)
    before = list(store.log)
    again = replace(WORK, id=numbered(6))
    await store.append(WriteSet(work=[again]))

    await contact_data.fetch(again)

    assert (store.log, store.work, len(intake.asked)) == (before, {}, 2)


@pytest.mark.parametrize("before", [RECEIVED, replace(REFUSED, reason="erased")])
async def test_what_is_there_or_was_refused_for_good_is_not_asked_for_again(
    fetch: Fetch,
    tell: Callable[..., Awaitable[None]],
    store: MemoryStore,
    intake: Intake,
    before: CaseEvent,
) -> None:
    await tell(before)

    await fetch()

    assert last(store) == before
    assert (store.work, intake.asked) == ({}, [])


async def test_of_a_case_that_did_not_open_yet_nothing_is_asked(
    contact_data: ContactData, store: MemoryStore, intake: Intake
) -> None:
    work = replace(WORK, id=numbered(6), key=numbered(7))
    await store.append(WriteSet(work=[work]))

    await contact_data.fetch(work)

    assert (store.work, intake.asked) == ({WORK.id: WORK}, [])


@pytest.mark.parametrize("told", [RESEARCH_WITHDRAWN, WITHDRAWN])
def test_a_withdrawal_asks_for_nothing(told: ConsentEvent) -> None:
    assert CONSENT.work(draft(CONSENT.beside(CASE_ID), key=CASE_ID), told) == []


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, PeerRefused),
        (403, PeerRefused),
        (422, PeerRefused),
        (401, PeerUnavailable),
        (500, PeerUnavailable),
        (503, PeerUnavailable),
    ],
)
async def test_anything_else_may_be_otherwise_later_and_the_work_stays(
    fetch: Fetch,
    store: MemoryStore,
    intake: Intake,
    status: int,
    error: type[Exception],
) -> None:
    intake.answer = lambda _: httpx.Response(status)

    with pytest.raises(error):
        await fetch()

    assert store.work == {WORK.id: WORK}
    assert len(store.log) == 1


async def test_while_intake_cannot_be_reached_the_work_stays(
    fetch: Fetch, store: MemoryStore, intake: Intake
) -> None:
    def unreachable(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody there", request=request)

    intake.answer = unreachable

    with pytest.raises(PeerUnavailable):
        await fetch()

    assert store.work == {WORK.id: WORK}


@pytest.mark.parametrize("written", [False, True])
async def test_a_crash_before_the_end_has_no_effect_twice(
    fetch: Fetch,
    store: MemoryStore,
    monkeypatch: pytest.MonkeyPatch,
    *,
    written: bool,
) -> None:
    append = store.append

    async def crash(write: WriteSet) -> Appended:
        if written:
            await append(write)
        raise Unavailable

    monkeypatch.setattr(store, "append", crash)
    with pytest.raises(Unavailable):
        await fetch()
    monkeypatch.setattr(store, "append", append)
    with suppress(AlreadyDone):
        await fetch()

    assert [r.type for r in store.log] == ["case.opened.v1", "case.contact-data-received.v1"]
    assert len(store.vault) == len(CONTACT)
    assert store.work == {}


async def test_of_somebody_who_was_erased_nothing_is_stored_again(
    fetch: Fetch, store: MemoryStore, vault: Vault
) -> None:
    await vault.erase(CASE_ID)

    await fetch()

    refused = last(store)
    assert isinstance(refused, ContactDataRefused)
    assert refused.reason == "erased"
    assert (store.work, store.vault) == ({}, {})
