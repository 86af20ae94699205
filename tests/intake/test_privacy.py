"""Names and contact data come in over HTTP, lie in the vault, and are nowhere else."""

from collections.abc import Mapping

import httpx
import pytest

from events.contracts import registry
from events.contracts.contract import Contract
from events.envelope import to_message
from events.memory import MemoryStore
from events.store import FINGERPRINT
from intake.publish import publish

CONTACT = {
    "name": "Wilhelmina Plantinga",
    "phone": "06 1234 5678",
    "email": "w.plantinga@example.org",
    "address": "Voorbeeldstraat 1, Nergenshuizen",
}
WORDS = "Zij wil het eerst met haar zuster bespreken"
CONSENT = {"consent": {"form": "spoken"}, "contact": CONTACT}


async def thread(hospital: httpx.AsyncClient, desk: httpx.AsyncClient) -> None:
    """All that is ever told of a person, in their own words too, and mistakes that quote it."""
    identified = await hospital.post("/v1/candidates", json={"programme": "medical-incidents"})
    path = identified.headers["location"]
    await hospital.post(f"{path}/offers", json={"channel": "phone", "byFunction": "doctor"})
    await hospital.post(
        f"{path}/declines", json={"reasons": ["too-much-at-once"], "explanation": WORDS}
    )
    for consent in (CONSENT, {**CONSENT, **CONTACT}, {"reasons": [CONTACT["name"]], **CONSENT}):
        await hospital.post(f"{path}/acceptances", json={"reasons": ["unknown"], **consent})
    await hospital.post(f"{path}/referrals", json={})
    self_referral = {"programme": "medical-incidents", "source": "self", **CONSENT}
    await desk.post("/v1/referrals", json=self_referral)
    await desk.get(f"/v1/referrals/{identified.json()['id']}/contact-data")


def quoted(text: str) -> list[str]:
    """What of the contact data is in a text; digits alone may be in there by chance."""
    told = (*CONTACT.values(), WORDS.rpartition(" haar ")[2])
    words = [word for value in told for word in value.replace(",", "").split()]
    telling = [word for word in words if not word.isdigit()]
    return [found for found in (*telling, CONTACT["phone"]) if found in text]


async def test_contact_data_are_in_the_vault_only_and_unreadable_there(
    hospital: httpx.AsyncClient,
    desk: httpx.AsyncClient,
    store: MemoryStore,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await thread(hospital, desk)

    kept = (store.log, store.answers, store.access, store.messages, store.work, store.vault)
    logged = capsys.readouterr()
    prints = [record for _, record, field in store.vault if field == FINGERPRINT]
    assert len(store.vault) - len(prints) == 2 * len(CONTACT) + 1
    assert len(prints) == 2 * len(set(prints)) == 2 * 3
    assert [r for r in set(prints) if str(r) in repr(store.log) + logged.out] == []
    assert quoted(repr(kept)) == []
    assert "http.answered" in logged.out + logged.err
    assert quoted(logged.out + logged.err) == []


async def test_no_message_to_others_quotes_a_person(
    hospital: httpx.AsyncClient, desk: httpx.AsyncClient, store: MemoryStore
) -> None:
    await thread(hospital, desk)

    published = [(r, found) for r in store.log if (found := publish(r))]
    messages = [to_message(recorded, found) for recorded, found in published]
    assert len(messages) > 5
    assert quoted(repr(messages)) == []


async def test_no_refusal_quotes_what_was_sent(
    desk: httpx.AsyncClient, hospital: httpx.AsyncClient
) -> None:
    mistaken = [
        await hospital.post("/v1/candidates", json={"programme": "x", **CONTACT}),
        await hospital.post("/v1/candidates", content=CONTACT["name"].encode()),
        await desk.post("/v1/referrals", json={"contact": {"email": "Plantinga"}}),
    ]

    assert {answer.status_code for answer in mistaken} <= {415, 422}
    assert [quoted(answer.text) for answer in mistaken] == [[], [], []]


def test_no_contract_has_room_for_free_text() -> None:
    """A text in a published event is a code, a date or an id: its schema says so."""
    free = [
        f"{type_}.{field}"
        for type_, contract in registry().items()
        for field, schema in _texts(contract).items()
        if not schema.keys() & {"pattern", "format", "const", "enum"}
    ]

    assert free == []


def _texts(contract: type[Contract]) -> Mapping[str, dict[str, object]]:
    def texts(schema: dict[str, object]) -> list[dict[str, object]]:
        inner = [schema["items"]] if "items" in schema else schema.get("anyOf", [])
        found = [text for part in inner for text in texts(part)]  # type: ignore[attr-defined]
        return [*found, schema] if schema.get("type") == "string" else found

    properties = contract.model_json_schema().get("properties", {})
    return {name: text for name, schema in properties.items() for text in texts(schema)}
