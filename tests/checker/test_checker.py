"""The checker finds what is wrong with a spoiled history, and nothing in a healthy one."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest

from casefile.consent.decider import CONSENT
from casefile.consent.events import ConsentGiven
from checker.check import check
from checker.evidence import Disturbed, Evidence
from checker.example import RULES, healthy
from checker.spoil import (
    Spoil,
    altered_on_the_topic,
    carried_out_without_its_event,
    changed_after_it_was_read,
    doubled,
    early_deadline,
    effect_elsewhere,
    gap,
    in_books,
    index,
    kept_otherwise,
    lost,
    lost_update,
    mailed_twice,
    off_the_topic,
    on_a_stale_version,
    out_of_order,
    overlooked_by_a_reader,
    put_off,
    recorded_before_the_one_before,
    refused_afterwards,
    stale_view,
    swapped_across_streams,
    swapped_on_the_topic,
    swapped_versions,
    timers_put_off,
    told_otherwise,
    vault_row_of_nothing,
    view_with,
    without_access_line,
    without_inbox_row,
    without_record,
    without_work,
    work_beside_its_end,
    work_of_nothing,
)
from checker.wholeness import work
from events.broker import Message, Partition
from events.envelope import topic_of
from events.occurrence import UNKNOWN
from events.testing import numbered


@pytest.fixture(scope="module")
def history() -> Evidence:
    return asyncio.run(healthy())


def found(evidence: Evidence, *, settled: bool = True) -> set[str]:
    return {violation.promise for violation in check(evidence, RULES, settled=settled)}


def test_a_healthy_history_gives_no_violation(history: Evidence) -> None:
    assert check(history, RULES) == []
    assert check(history, RULES, settled=False) == []
    assert {name: len(books.log) > 5 for name, books in history.books.items()} == dict.fromkeys(
        history.books, True
    )


@pytest.mark.parametrize(
    ("spoil", "promise"),
    [
        pytest.param(lost("intake", "offer.made.v1"), "R3", id="an event in a stream is lost"),
        pytest.param(
            lost("casefile", "case.first-contact-made.v1"), "R1", id="what was answered is lost"
        ),
        pytest.param(doubled("intake", "offer.made.v1"), "R2", id="a request was done twice"),
        pytest.param(swapped_versions, "R3", id="a stream is out of order"),
        pytest.param(lost_update, "R3", id="an update is lost"),
        pytest.param(on_a_stale_version, "R3", id="a stale version was taken"),
        pytest.param(gap, "R4", id="positions have a gap"),
        pytest.param(recorded_before_the_one_before, "R4", id="time stands still"),
        pytest.param(overlooked_by_a_reader, "R4", id="a reader overlooks an event"),
        pytest.param(changed_after_it_was_read, "R4", id="the past changes"),
        pytest.param(told_otherwise, "R2", id="two answers to one request"),
        pytest.param(refused_afterwards, "R2", id="refused after it was done"),
        pytest.param(without_record, "R5", id="half done: no idempotency record"),
        pytest.param(without_access_line, "R5", id="half done: no access line"),
        pytest.param(without_inbox_row, "R5", id="half done: no inbox row"),
        pytest.param(without_work, "R5", id="half done: no work item"),
        pytest.param(
            lambda e: in_books(e, "casefile", vault=()), "R5", id="half done: no vault row"
        ),
        pytest.param(work_beside_its_end, "R5", id="work is left beside its end"),
        pytest.param(work_of_nothing, "R5", id="work that no event asks for"),
        pytest.param(timers_put_off, "R5", id="a timer is set for another day"),
        pytest.param(
            lambda e: in_books(e, "analytics", inbox=()), "R5", id="half done: kept, no inbox row"
        ),
        pytest.param(
            lambda e: in_books(e, "analytics", log=e.books["analytics"].log[:-1]),
            "R5",
            id="half done: an inbox row, nothing kept",
        ),
        pytest.param(vault_row_of_nothing, "R5", id="a vault row that no event names"),
        pytest.param(carried_out_without_its_event, "R5", id="half done: no event"),
        pytest.param(swapped_on_the_topic, "R6", id="a topic is out of order"),
        pytest.param(swapped_across_streams, "R6", id="streams of a key are out of order"),
        pytest.param(off_the_topic, "R6", id="an event never reached its topic"),
        pytest.param(altered_on_the_topic, "R6", id="a message is altered"),
        pytest.param(
            lost("casefile", "case.first-contact-made.v1"), "R6", id="a message was never stored"
        ),
        pytest.param(doubled("casefile", "case.opened.v1"), "R7", id="an effect is doubled"),
        pytest.param(lost("scheduling", "deadline.set.v1"), "R7", id="an effect is missing"),
        pytest.param(effect_elsewhere, "R7", id="an effect is doubled, in another stream"),
        pytest.param(
            doubled("casefile", "case.contact-data-received.v1"), "R7", id="work was done twice"
        ),
        pytest.param(kept_otherwise, "R7", id="a message is kept with another time"),
        pytest.param(lambda e: replace(e, mails=e.mails * 3), "R7", id="a mail came three times"),
        pytest.param(lambda e: replace(e, mails=e.mails[1:]), "R7", id="a mail never came"),
        pytest.param(mailed_twice, "R7", id="a mail came twice for no reason"),
        pytest.param(out_of_order, "R7", id="messages were handled out of order"),
        pytest.param(
            view_with(lambda v: v._replace(rows=v.rows[:-1])), "R8", id="a view lacks a row"
        ),
        pytest.param(
            view_with(lambda v: v._replace(position=v.position - 3)),
            "R8",
            id="a view is behind and says so",
        ),
        pytest.param(
            view_with(lambda v: v._replace(rows=[{**v.rows[0], "status": "new"}, *v.rows[1:]])),
            "R8",
            id="a view is wrong",
        ),
        pytest.param(stale_view, "R8", id="a view is stale"),
        pytest.param(early_deadline, "R10", id="a deadline was missed too early"),
    ],
)
def test_a_spoiled_history_is_found(history: Evidence, spoil: Spoil, promise: str) -> None:
    assert promise in found(spoil(history))


def test_what_a_consent_asks_for_may_wait_and_may_end_without_a_trace(history: Evidence) -> None:
    rules, books = RULES["casefile"], history.books["casefile"]
    given = ConsentGiven(consent="records", form="spoken", scopes=(), studies=(), occurred=UNKNOWN)
    type_, data = CONSENT.codec.encode(given)
    told = replace(books.log[-1], id=numbered(1), type=type_, event=data)
    ended = replace(books, log=[*books.log, told])
    waits = replace(ended, work=rules.work(told))
    other = replace(ended, work=[replace(*rules.work(told), data={"of": "another"})])

    violations = [bool([*work("casefile", b, rules)]) for b in (ended, waits, other)]

    assert violations == [False, False, True]


def test_a_delivery_that_was_put_off_is_begun_again_whatever_became_of_the_one_before(
    history: Evidence,
) -> None:
    """What was in the way of the first is no less in its way after the second was put off."""
    spoilt = put_off(mailed_twice(history))
    again = index(spoilt.books["notifications"], "message.delivery-started.v1") + 2
    excused = replace(spoilt, disturbed=[Disturbed(again - 1, again - 1)], mails=history.mails)

    assert not any("in its way" in v.sentence for v in check(excused, RULES))


def test_a_mail_that_came_twice_is_excused_by_what_was_in_the_way_meanwhile(
    history: Evidence,
) -> None:
    spoilt = mailed_twice(history)
    again = index(spoilt.books["notifications"], "message.delivery-started.v1") + 2
    excuses = {
        "between": [Disturbed(again - 1, again - 1)],
        "before": [Disturbed(again - 2, again - 2)],
        "after": [Disturbed(again, again)],
    }

    judged = {
        when: any("in its way" in v.sentence for v in check(replace(spoilt, disturbed=d), RULES))
        for when, d in excuses.items()
    }

    assert judged == {"between": False, "before": True, "after": True}


def test_a_stale_view_is_found_also_while_things_are_on_their_way(history: Evidence) -> None:
    stale = view_with(lambda v: v._replace(rows=v.rows[:-1]))(history)

    assert found(stale, settled=False) == {"R8"}


def test_what_is_still_on_its_way_is_no_violation_before_the_end(history: Evidence) -> None:
    assert found(off_the_topic(history), settled=False) == set()
    assert found(off_the_topic(history)) == {"R6"}


def test_a_violation_is_a_sentence_with_the_ids(history: Evidence) -> None:
    event = history.books["intake"].log[0]

    [violation] = check(changed_after_it_was_read(history), RULES)

    assert str(violation) == (
        f"R4: a reader of intake was given event {numbered(1)} at position 1, where {event.id}"
        " is now"
    )


def test_a_key_that_is_parked_may_wait_and_no_other(history: Evidence) -> None:
    spoiled = off_the_topic(history)
    key = UUID((history.topics["scheduling.events"][-1].key or b"").decode())

    assert found(replace(spoiled, parked={("scheduling.relay", key)})) == set()
    assert found(replace(spoiled, parked={("scheduling.relay", numbered(5))})) == {"R6"}


def test_what_a_hand_put_on_a_topic_is_not_judged_and_any_other_is(history: Evidence) -> None:
    headers = [("ce_id", b"by-hand")]
    strange = Message(Partition(topic_of("intake"), 3), 99, b"no-key-of-ours", headers, None)
    put = {**history.topics, "intake.events": [*history.topics["intake.events"], strange]}
    evidence = replace(history, topics=put)

    assert found(evidence) == {"R6"}
    assert found(replace(evidence, foreign={"by-hand"})) == set()


def test_what_was_left_out_may_be_missing_or_have_its_effect_later(history: Evidence) -> None:
    """It is the operator's decision, and a republication may undo it at any time."""
    opens = next(e for e in history.books["casefile"].log if e.type == "case.opened.v1")
    assert opens.metadata.causation_id
    left_out = {("casefile.referrals", opens.metadata.causation_id)}
    spoiled = off_the_topic(history)
    [missing] = {
        dict(m.headers)["ce_id"]
        for m in history.topics["scheduling.events"]
        if m not in spoiled.topics["scheduling.events"]
    }

    assert found(replace(history, skipped=left_out)) == set()
    unsent = {("scheduling.relay", UUID(missing.decode()))}
    assert found(replace(spoiled, skipped=unsent)) == set()
    assert found(replace(history, skipped=unsent)) == set()
