"""What happens to deadlines brings about the messages that the programme defines."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from events.consumer import react
from events.contracts import registry
from events.contracts.contract import Contract
from events.contracts.scheduling import DeadlineMet, DeadlineMissed, DeadlineSet
from events.lanes import Handle
from events.memory import MemoryStore
from events.store import Recorded
from events.testing import METADATA, numbered, published
from notifications.message.decider import MESSAGE
from notifications.message.examples import CASE_ID, QUEUED
from notifications.message.work import SEND_MESSAGE
from notifications.reactions.scheduling import reactions
from programmes.loader import Programmes

GROUP = "notifications.deadlines"
UNDER_PROGRAMME = replace(METADATA, programme="medical-incidents", programme_version=1)
DUE_ON = date(2027, 2, 18)


def message(position: int, name: str, event: Contract) -> Recorded[Contract]:
    return published(
        position,
        name,
        event,
        "2027-02-15",
        source="scheduling",
        key=CASE_ID,
        stream=numbered(50),
        recorded_at=datetime(2027, 2, 15, 12, tzinfo=UTC),
        metadata=UNDER_PROGRAMME,
    )


SET = message(
    1, "deadline-set", DeadlineSet(policy="first-contact", policy_version=1, due_on=DUE_ON)
)
OTHER_POLICY = message(
    2, "deadline-set", DeadlineSet(policy="first-visit", policy_version=1, due_on=DUE_ON)
)
MET = message(3, "deadline-met", DeadlineMet(policy="first-contact", late=False))
MISSED = message(4, "deadline-missed", DeadlineMissed(policy="first-visit", due_on=DUE_ON))


@pytest.fixture
def handle(store: MemoryStore, programmes: Programmes) -> Handle:
    return react(store, GROUP, reactions(programmes))


async def test_a_deadline_that_is_set_queues_the_message_of_its_policy(
    handle: Handle, store: MemoryStore
) -> None:
    await handle(SET)

    [queued] = store.log
    assert MESSAGE.codec.decode(queued).event == QUEUED
    assert (queued.key, queued.stream) == (CASE_ID, MESSAGE.beside(SET.id, "first-contact-due"))
    assert queued.metadata.causation_id == SET.id
    [send] = store.work.values()
    assert (send.kind, send.key) == (SEND_MESSAGE, CASE_ID)
    assert send.data == {"message": str(queued.stream)}


@pytest.mark.parametrize(
    ("policy", "template"),
    [
        ("offer", "offer-overdue"),
        ("offer-after-no", "offer-again-after-no"),
        ("offer-after-silence", "offer-again-after-silence"),
    ],
)
async def test_an_offer_that_is_overdue_or_may_be_repeated_is_told_to_the_desk(
    handle: Handle, store: MemoryStore, policy: str, template: str
) -> None:
    overdue = DeadlineMissed(policy=policy, due_on=DUE_ON)

    await handle(replace(MISSED, event=overdue))

    assert [(r.event["template"], r.event["recipient_role"]) for r in store.log] == [
        (template, "desk")
    ]


async def test_a_policy_that_no_message_is_about_queues_none(
    handle: Handle, store: MemoryStore
) -> None:
    for other in (OTHER_POLICY, MET, MISSED):
        await handle(other)

    assert (store.log, store.work) == ([], {})


async def test_what_comes_again_adds_nothing_in_whatever_order(
    handle: Handle, store: MemoryStore
) -> None:
    for each in (MET, SET, MISSED, SET, MET, SET):
        await handle(each)

    assert [r.type for r in store.log] == ["message.queued.v1"]
    assert len(store.work) == 1


async def test_of_what_is_silent_nobody_is_told(handle: Handle, store: MemoryStore) -> None:
    await handle(replace(SET, event=SET.event.model_copy(update={"silent": True})))

    assert len(store.log) == len(store.work) == 0
    assert len(store.messages) == 1


async def test_a_message_that_is_read_weeks_later_is_sent_all_the_same(
    handle: Handle, store: MemoryStore
) -> None:
    await handle(SET)

    assert store.log[0].recorded_at - SET.recorded_at > timedelta(weeks=2)
    assert len(store.work) == 1


def test_every_type_that_is_reacted_to_is_published(programmes: Programmes) -> None:
    assert reactions(programmes).keys() <= registry(programmes.track_steps()).keys()
    assert {SET.type, MISSED.type} == reactions(programmes).keys()
