"""How often a message may be delivered when SMTP leaves open whether it arrived."""

from dataclasses import replace
from uuid import uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.testing import draft, lived, numbered, outcome, recorded
from notifications.message.decider import (
    MESSAGE,
    ConfirmDelivery,
    DeferDelivery,
    FailMessage,
    MessageCommand,
    StartDelivery,
    message_decider,
)
from notifications.message.events import (
    CODEC,
    DeliveryDeferred,
    DeliveryStarted,
    MessageEvent,
    MessageFailed,
    MessageSent,
    Reached,
)
from notifications.message.examples import (
    CASE_ID,
    DEFERRED,
    GIVEN_UP,
    MESSAGE_ID,
    QUEUED,
    REFUSED,
    SENT,
    SENT_AT,
    SENT_TWICE,
    STARTED,
    STARTED_AGAIN,
)
from notifications.message.work import SEND_MESSAGE, work

START = StartDelivery(occurred=SENT_AT)
DEFER = DeferDelivery(reason="smtp-451", occurred=SENT_AT)
CONFIRM = ConfirmDelivery(reached=Reached.DESK, occurred=SENT_AT)
CONFIRM_TO_OWNER = replace(CONFIRM, reached=Reached.OWNER)
FAIL = FailMessage(reason="smtp-550", occurred=SENT_AT)


@pytest.mark.parametrize(
    ("before", "command", "events"),
    [
        ([], QUEUED, [QUEUED]),
        ([QUEUED], START, [STARTED]),
        ([QUEUED, STARTED], CONFIRM, [SENT]),
        ([QUEUED, STARTED], CONFIRM_TO_OWNER, [replace(SENT, reached=Reached.OWNER)]),
        ([QUEUED, STARTED], DEFER, [DEFERRED]),
        ([QUEUED, STARTED], FAIL, [REFUSED]),
        ([QUEUED], FAIL, [REFUSED]),
        ([QUEUED, STARTED, DEFERRED], START, [STARTED_AGAIN]),
        ([QUEUED, STARTED, DEFERRED, STARTED_AGAIN], CONFIRM, [SENT]),
        ([QUEUED, STARTED, STARTED_AGAIN, REFUSED], CONFIRM, [SENT_TWICE]),
        ([QUEUED, STARTED, STARTED_AGAIN, GIVEN_UP], CONFIRM, [SENT_TWICE]),
    ],
)
def test_what_may_follow_follows(
    before: list[MessageEvent], command: MessageCommand, events: list[MessageEvent]
) -> None:
    assert outcome(message_decider, given=before, when=command) == events


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ([QUEUED], QUEUED),
        ([QUEUED, STARTED, SENT], QUEUED),
        ([QUEUED], CONFIRM),
        ([QUEUED], DEFER),
        ([QUEUED, STARTED, DEFERRED], DEFER),
        ([QUEUED, STARTED, SENT], CONFIRM),
        ([QUEUED, STARTED, SENT], START),
        ([QUEUED, STARTED, SENT], FAIL),
        ([QUEUED, REFUSED], START),
        ([QUEUED, REFUSED], FAIL),
        ([QUEUED, REFUSED], CONFIRM),
        ([QUEUED, STARTED, REFUSED], DEFER),
        ([QUEUED, STARTED, REFUSED, SENT], CONFIRM),
        ([QUEUED, STARTED, REFUSED, SENT], FAIL),
        ([], START),
        ([], CONFIRM),
        ([], FAIL),
    ],
)
def test_what_changes_nothing_is_ignored(
    before: list[MessageEvent], command: MessageCommand
) -> None:
    assert outcome(message_decider, given=before, when=command) == []


def test_a_delivery_of_unknown_outcome_is_repeated_once_and_counted() -> None:
    before: list[MessageEvent] = [QUEUED, STARTED]

    again = outcome(message_decider, given=before, when=START)
    confirmed = outcome(message_decider, given=[*before, *again], when=CONFIRM)

    assert again == [STARTED_AGAIN]
    assert confirmed == [SENT_TWICE]


def test_a_third_delivery_is_never_begun() -> None:
    before: list[MessageEvent] = [QUEUED, STARTED, STARTED_AGAIN]

    assert outcome(message_decider, given=before, when=START) == [GIVEN_UP]


def test_a_delivery_that_the_server_certainly_refused_is_no_repeat() -> None:
    before: list[MessageEvent] = [QUEUED, STARTED, STARTED_AGAIN, replace(DEFERRED, attempt=2)]

    assert outcome(message_decider, given=before, when=START) == [replace(STARTED, attempt=3)]


@pytest.mark.parametrize(
    ("command", "event"), [(CONFIRM, SENT), (DEFER, replace(DEFERRED, attempt=2))]
)
def test_of_two_deliveries_under_way_the_end_of_one_ends_not_the_other(
    command: MessageCommand, event: MessageEvent
) -> None:
    """The lease of the first ended while it was on its way."""
    before: list[MessageEvent] = [QUEUED, STARTED, STARTED_AGAIN, replace(DEFERRED, attempt=2)]

    assert outcome(message_decider, given=before, when=command) == [event]


def test_a_queued_message_asks_to_be_sent_and_nothing_else_does() -> None:
    written = draft(MESSAGE_ID, key=CASE_ID)

    [send] = work(written, QUEUED)

    assert (send.id, send.kind, send.key, send.due_at) == (written.id, SEND_MESSAGE, CASE_ID, None)
    assert send.data == {"message": str(MESSAGE_ID)}
    for event in (STARTED, DEFERRED, SENT, REFUSED):
        assert work(written, event) == []


def test_an_event_brings_about_one_message_by_each_template() -> None:
    assert MESSAGE.beside(numbered(1), "a") == uuid5(numbered(1), "message:a")
    assert len({MESSAGE.beside(numbered(n), t) for n in (1, 2) for t in ("a", "b")}) == 4


COMMANDS = st.lists(st.sampled_from([QUEUED, START, START, DEFER, CONFIRM, FAIL]), max_size=30)


@given(COMMANDS)
def test_whatever_crashes_at_most_one_delivery_is_repeated(commands: list[MessageCommand]) -> None:
    """Whoever starts a delivery and tells of no outcome has crashed in between."""
    events = lived(message_decider, commands)

    started = [e for e in events if isinstance(e, DeliveryStarted)]
    deferred = [e for e in events if isinstance(e, DeliveryDeferred)]
    assert len(started) - len(deferred) <= 2
    assert [e.attempt for e in started] == list(range(1, len(started) + 1))
    sent = [e.repeats for e in events if isinstance(e, MessageSent)]
    assert sent in ([], [len(started) - len(deferred) - 1])


@given(COMMANDS)
def test_whatever_is_asked_a_message_ends_once_or_is_sent_although_it_had_failed(
    commands: list[MessageCommand],
) -> None:
    """A delivery under way may be taken after a rival of the same message was refused."""
    events = lived(message_decider, commands)

    ends = [type(e) for e in events if isinstance(e, MessageSent | MessageFailed)]
    assert ends in ([], [MessageSent], [MessageFailed], [MessageFailed, MessageSent])
    assert [type(e) for e in events[len(events) - len(ends) :]] == ends
    assert message_decider.fold(events) == message_decider.fold(events)


def test_a_message_that_was_sent_before_it_was_kept_whom_it_reached_is_read() -> None:
    sent = recorded({"template": "first-contact-due", "repeats": 0}, type="message.sent.v1")

    event = CODEC.decode(sent).event

    assert message_decider.fold([QUEUED, STARTED, event]).reached is None
    assert event == replace(SENT, reached=None, occurred=event.occurred)
