"""A track step that is added to a definition is everywhere at once, without a line of code."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from analytics.log import facts_of, kept
from analytics.views.milestones import milestone_names, rows_with
from casefile.access import ACCESS, scope
from casefile.case.examples import ASSIGNED, CASE_ID, CASE_MANAGER, OPENED
from casefile.codec import CODEC
from casefile.publish import publisher
from casefile.track.examples import CLAIM, CLAIM_FILED, CLAIM_OPENED
from casefile.track.router import router
from events.asyncapi import document
from events.broker import Message, Partition
from events.contracts import registry
from events.envelope import reads_everything, to_message
from events.memory import MemoryStore
from events.store import Json, Recorded
from events.testing import METADATA, FixedClock, told
from kit.access import Role
from kit.testing import Stand, problem
from programmes.checking import vocabularies
from programmes.loader import SHIPPED, Programmes, load

TYPE = "leidraad.casefile.mediator-engaged.v1"
STEP = {
    "code": "mediator-engaged",
    "publishes": "mediator-engaged",
    "nl": "bemiddelaar ingeschakeld",
    "en": "mediator engaged",
    "source": "constructed",
    "after": [{"step": "claim-filed"}],
    "outcomes": [
        {"code": "agreed", "nl": "eens", "en": "agreed", "source": "constructed"},
        {"code": "unknown", "nl": "onbekend", "en": "unknown", "source": "constructed"},
    ],
    "fields": [
        {"code": "first-talk", "type": "date", "nl": "dag", "en": "day", "source": "constructed"},
        {
            "code": "cost",
            "type": "euro",
            "published": False,
            "nl": "kosten",
            "en": "cost",
            "source": "constructed",
        },
    ],
}
TAKEN = {
    "step": "mediator-engaged",
    "outcome": "agreed",
    "data": {"firstTalk": "2027-03-20", "cost": 300},
    "occurredAt": "2027-03-04",
}


@pytest.fixture
def programmes(tmp_path: Path) -> Programmes:
    """The shipped definition with one step more."""
    text = (SHIPPED / "medical-incidents.yaml").read_text(encoding="utf-8")
    definition: dict[str, Any] = yaml.safe_load(text)
    track = next(t for t in definition["tracks"] if t["code"] == "liability")
    track["steps"].append(STEP)
    (tmp_path / "copy.yaml").write_text(yaml.safe_dump(definition), encoding="utf-8")
    return load(tmp_path)


@pytest.fixture
async def log(programmes: Programmes) -> Sequence[Recorded[Json]]:
    """The log of casefile after the step was taken over HTTP, and asked too early."""
    clock = FixedClock()
    store = MemoryStore("casefile", clock)
    stand = Stand(
        store,
        routers=[router],
        access=ACCESS,
        scope=scope,
        vocabularies=vocabularies(programmes),
        parts={Programmes: programmes},
        clock=clock,
    )
    under = replace(METADATA, programme="medical-incidents", programme_version=1)
    await told(store, CODEC, CASE_ID, OPENED, ASSIGNED, metadata=under)
    await told(store, CODEC, CASE_ID, CLAIM_OPENED, stream=CLAIM, metadata=under)
    path = f"/v1/cases/{CASE_ID}/tracks/{CLAIM}"
    manager = stand.client(Role.CASE_MANAGER, subject=str(CASE_MANAGER))
    assert problem(await manager.post(f"{path}/steps", json=TAKEN)) == (409, "step-missing")
    await told(store, CODEC, CASE_ID, CLAIM_FILED, stream=CLAIM, metadata=under)
    assert (await manager.post(f"{path}/steps", json=TAKEN)).status_code == 201
    track = (await manager.get(path)).json()
    assert track["phase"] == "mediator-engaged"
    assert track["steps"][-1] == {"id": track["steps"][-1]["id"], **TAKEN}
    return store.log


async def test_it_is_on_the_stream_with_what_may_leave_the_file(
    programmes: Programmes, log: Sequence[Recorded[Json]]
) -> None:
    name, made = publisher(programmes)(log[-1]) or pytest.fail("is not published")

    assert name == "mediator-engaged"
    assert orjson.loads(made.model_dump_json(by_alias=True)) == {
        "track": "liability",
        "step": "mediator-engaged",
        "outcome": "agreed",
        "data": {"firstTalk": "2027-03-20"},
    }


def test_it_is_in_the_document_with_its_fields(programmes: Programmes) -> None:
    made = document(registry(programmes.track_steps()))

    payload = made["components"]["schemas"][TYPE]
    assert payload["properties"]["data"]["properties"].keys() == {"firstTalk"}
    assert TYPE in made["channels"]["casefile.events"]["messages"]


async def test_it_is_a_milestone_of_the_figures(
    programmes: Programmes, log: Sequence[Recorded[Json]]
) -> None:
    types = registry(programmes.track_steps())
    published = publisher(programmes)(log[-1]) or pytest.fail("is not published")
    sent = to_message(log[-1], published)
    message = Message(Partition(sent.topic, 0), 0, sent.key, sent.headers, sent.value)
    arrived = reads_everything(types)(message)
    [draft] = kept(arrived).events
    fact = facts_of(types)(replace(arrived, event=draft.event))

    rows = rows_with({})(CASE_ID, [fact])

    assert "mediator-engaged" in milestone_names(programmes)
    assert [row["milestone"] for row in rows] == ["mediator-engaged"]
