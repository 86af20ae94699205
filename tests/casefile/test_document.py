"""What may be told of a document: nothing before it is there, and nothing twice."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefile.case.beside import OnCase
from casefile.case.decider import Case, case_decider
from casefile.case.examples import CLOSED, OPENED
from casefile.document.decider import DocumentCommand, document_decider
from casefile.document.events import DocumentAdded, DocumentEvent
from casefile.document.examples import ADDED, ANSWERED, CHECKED, REQUESTED, SHARED
from events.occurrence import Occurred
from events.testing import lived, numbered, outcome, refusal

OPEN = case_decider.fold([OPENED])
OVER = case_decider.fold([OPENED, CLOSED])
AFTERWARDS: list[DocumentEvent] = [CHECKED, REQUESTED, ANSWERED, SHARED]
ALL: list[DocumentEvent] = [ADDED, *AFTERWARDS]


def on(told: DocumentEvent, case: Case = OPEN) -> DocumentCommand:
    return OnCase(case=case, command=told)


def test_a_document_may_come_after_the_case_closed_but_not_before_it_opened() -> None:
    late = replace(ADDED, occurred=Occurred.parse("2028-01-01"))

    assert outcome(document_decider, given=[], when=on(late, OVER)) == [late]
    assert refusal(document_decider, given=[], when=on(ADDED, Case())) == "case-new"


@pytest.mark.parametrize("told", AFTERWARDS, ids=lambda told: type(told).__name__)
def test_of_a_document_that_is_there_more_is_told_and_once(told: DocumentEvent) -> None:
    before: list[DocumentEvent] = [ADDED, REQUESTED] if told is ANSWERED else [ADDED]

    assert outcome(document_decider, given=before, when=on(told)) == [told]
    assert outcome(document_decider, given=[*before, told], when=on(told)) == []
    assert refusal(document_decider, given=[], when=on(told)) == "no-such-document"


@pytest.mark.parametrize("told", [CHECKED, SHARED, replace(REQUESTED, request=numbered(7))])
def test_what_is_told_of_a_document_comes_after_it_was_added(told: DocumentEvent) -> None:
    early = replace(told, occurred=Occurred.parse("2027-02-21"))

    assert refusal(document_decider, given=[ADDED], when=on(early)) == "impossible-order"


def test_an_answer_needs_a_request_and_comes_after_it() -> None:
    early = replace(ANSWERED, occurred=Occurred.parse("2027-02-22"))
    other = replace(ANSWERED, request=numbered(7))

    before: list[DocumentEvent] = [ADDED, REQUESTED]

    assert refusal(document_decider, given=[ADDED], when=on(ANSWERED)) == "no-such-request"
    assert refusal(document_decider, given=before, when=on(other)) == "no-such-request"
    assert refusal(document_decider, given=before, when=on(early)) == "impossible-order"


@pytest.mark.parametrize(
    ("told", "otherwise"),
    [(CHECKED, replace(CHECKED, result="yes")), (ANSWERED, replace(ANSWERED, corrected="no"))],
)
def test_what_was_found_may_be_told_otherwise_and_then_as_before(
    told: DocumentEvent, otherwise: DocumentEvent
) -> None:
    before: list[DocumentEvent] = [ADDED, REQUESTED, told]

    assert outcome(document_decider, given=before, when=on(otherwise)) == [otherwise]
    assert outcome(document_decider, given=[*before, otherwise], when=on(told)) == [told]


def test_what_was_found_before_is_known_however_late_it_is_told_again() -> None:
    later = replace(CHECKED, result="yes", occurred=ANSWERED.occurred)

    before: list[DocumentEvent] = [ADDED, CHECKED, later]

    assert outcome(document_decider, given=before, when=on(CHECKED)) == []


@given(st.lists(st.builds(on, st.sampled_from([*ALL, replace(ADDED, document=numbered(1))]))))
def test_whatever_is_told_in_whatever_order_nothing_is_told_twice_or_before_its_document(
    commands: list[DocumentCommand],
) -> None:
    events = lived(document_decider, commands)

    assert len(events) == len(set(events))
    added = [event.document for event in events if isinstance(event, DocumentAdded)]
    firsts = {event.document: event for event in reversed(events)}
    assert all(isinstance(first, DocumentAdded) for first in firsts.values())
    assert set(added) == firsts.keys()
    assert lived(document_decider, [*commands, *commands]) == lived(
        document_decider, [*commands, *commands, *commands[-1:]]
    )
