"""What goes over the wire: a foreign decoder reads it, and what was not agreed is refused."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event

from events.broker import Message, Outgoing, Partition
from events.contracts import registry
from events.contracts.intake import OfferAccepted, OrganisationRegistered
from events.envelope import BadMessage, reads, reads_everything, to_message
from events.occurrence import UNKNOWN, Occurred
from events.store import Json, Metadata, Recorded

CASE = UUID("018f0000-0000-7000-8000-000000000001")
EVENT = UUID("018f0000-0000-7000-8000-000000000002")
ORIGINAL = UUID("018f0000-0000-7000-8000-000000000003")
REQUEST = UUID("018f0000-0000-7000-8000-000000000004")
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
RECORDED: Recorded[Json] = Recorded(
    source="intake",
    position=41,
    id=EVENT,
    key=CASE,
    stream=CASE,
    version=3,
    type="offer.accepted.v1",
    event={},
    occurred=Occurred.parse("2019-03"),
    recorded_at=datetime(2027, 1, 2, 3, 4, 5, 678901, UTC),
    metadata=Metadata(
        actor="someone",
        role="desk",
        correlation_id=REQUEST,
        causation_id=ORIGINAL,
        traceparent=TRACE,
        programme="medical-incidents",
        programme_version=2,
    ),
)
ACCEPTED = OfferAccepted(attempt=1, reasons=["unknown"])
TYPE = "leidraad.intake.offer-accepted.v1"


def arrived(sent: Outgoing, topic: str = "intake.events") -> Message:
    return Message(Partition(topic, 3), 7, sent.key, sent.headers, sent.value)


def with_headers(sent: Outgoing, **changed: bytes | None) -> Message:
    headers = {**dict(sent.headers), **{k.replace("__", "-"): v for k, v in changed.items()}}
    return replace(arrived(sent), headers=[(k, v) for k, v in headers.items() if v is not None])


def with_null(sent: Outgoing, name: str) -> Message:
    """As clients give a header that has no value, whatever their types say."""
    headers = [(n, cast("bytes", None) if n == name else value) for n, value in sent.headers]
    return replace(arrived(sent), headers=headers)


SENT = to_message(RECORDED, ("offer-accepted", ACCEPTED))


def test_headers_are_exactly_the_agreed_attributes() -> None:
    headers = {name: value.decode() for name, value in SENT.headers}

    assert headers == {
        "ce_specversion": "1.0",
        "ce_id": str(EVENT),
        "ce_source": "urn:leidraad:intake",
        "ce_type": TYPE,
        "ce_subject": str(CASE),
        "ce_time": "2027-01-02T03:04:05.678901Z",
        "ce_dataschema": f"urn:leidraad:schema:{TYPE}",
        "ce_partitionkey": str(CASE),
        "ce_sequence": "0000000003",
        "ce_programme": "medical-incidents",
        "ce_programmeversion": "2",
        "ce_caseid": str(CASE),
        "ce_position": "41",
        "ce_correlationid": str(REQUEST),
        "ce_causationid": str(ORIGINAL),
        "ce_occurredat": "2019-03",
        "content-type": "application/json",
        "traceparent": TRACE,
    }
    assert (SENT.topic, SENT.key) == ("intake.events", str(CASE).encode())
    assert SENT.value == b'{"attempt":1,"reasons":["unknown"]}'


def test_a_foreign_cloudevents_decoder_reads_what_we_send() -> None:
    sent = KafkaMessage(headers=dict(SENT.headers), key=SENT.key, value=SENT.value)

    event = from_binary_event(sent)

    assert event.get_id() == str(EVENT)
    assert event.get_type() == TYPE
    assert event.get_subject() == str(CASE)
    assert event.get_time() == RECORDED.recorded_at
    assert event.get_data() == {"attempt": 1, "reasons": ["unknown"]}
    assert event.get_extension("occurredat") == "2019-03"


def test_what_is_sent_is_what_is_read() -> None:
    read = reads(registry())(arrived(SENT))

    own = replace(RECORDED.metadata, actor="intake", role="service")
    assert read == replace(RECORDED, type=TYPE, event=ACCEPTED, metadata=own)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "occurred",
    [Occurred.instant(RECORDED.recorded_at), Occurred.parse("2019-03-05"), UNKNOWN],
    ids=str,
)
def test_the_precision_of_an_occurrence_travels_in_its_form(occurred: Occurred) -> None:
    sent = to_message(replace(RECORDED, occurred=occurred), ("offer-accepted", ACCEPTED))

    read = reads(registry())(arrived(sent))

    assert read is not None
    assert read.occurred == occurred


def test_a_correction_names_what_it_corrects() -> None:
    sent = to_message(replace(RECORDED, corrects=ORIGINAL), ("offer-accepted", ACCEPTED))

    read = reads(registry())(arrived(sent))

    assert dict(sent.headers)["ce_corrects"] == str(ORIGINAL).encode()
    assert read is not None
    assert read.corrects == ORIGINAL


def test_what_concerns_no_case_has_no_case_id() -> None:
    sent = to_message(
        RECORDED, ("organisation-registered", OrganisationRegistered(kind="hospital"))
    )

    assert "ce_caseid" not in dict(sent.headers)


def test_a_type_that_nobody_registered_is_skipped_or_kept_as_it_is() -> None:
    unknown = to_message(RECORDED, ("offer-framed", ACCEPTED))

    assert reads(registry())(arrived(unknown)) is None
    kept = reads_everything(registry())(arrived(unknown))
    assert kept.type == "leidraad.intake.offer-framed.v1"
    assert kept.event == {"attempt": 1, "reasons": ["unknown"]}


def test_fields_added_later_are_ignored_by_old_readers_and_kept_in_the_raw_event() -> None:
    newer = replace(SENT, value=b'{"attempt":1,"reasons":[],"mood":"good"}')

    read = reads(registry())(arrived(newer))

    assert read is not None
    assert read.event == OfferAccepted(attempt=1, reasons=[])
    assert reads_everything(registry())(arrived(newer)).event["mood"] == "good"


def test_all_faults_are_named_at_once_and_nothing_is_quoted() -> None:
    bad = with_headers(
        SENT, ce_id=b"Jan Jansen", ce_time=None, ce_sequence=b"-1", ce_occurredat=b"\xff"
    )
    bad = replace(bad, value=b'{"attempt":0,"reasons":["Jan Jansen"]}')

    with pytest.raises(BadMessage) as refused:
        reads(registry())(bad)

    assert refused.value.faults == [
        "ce_id is malformed",
        "ce_sequence is malformed",
        "ce_occurredat is malformed",
        "ce_time is missing",
        "attempt: greater_than_equal",
        "reasons.0: string_pattern_mismatch",
    ]


def _without_type() -> Message:
    return with_headers(SENT, ce_type=None)


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        (_without_type(), "ce_type is missing"),
        (with_headers(SENT, ce_type=b"offer-accepted"), "ce_type is malformed"),
        (with_headers(SENT, ce_specversion=b"0.3"), "ce_specversion is malformed"),
        (with_headers(SENT, content__type=b"text/plain"), "content-type is malformed"),
        (with_headers(SENT, traceparent=b"00"), "traceparent is malformed"),
        (
            with_headers(SENT, ce_source=b"urn:leidraad:casefile"),
            "the type is not one of its source",
        ),
        (
            with_headers(SENT, ce_caseid=str(EVENT).encode()),
            "ce_caseid differs from ce_partitionkey",
        ),
        (arrived(SENT, "casefile.events"), "the topic is not that of its source"),
        (replace(arrived(SENT), key=b"other"), "the key differs from ce_partitionkey"),
        (replace(arrived(SENT), key=None), "the key differs from ce_partitionkey"),
        (replace(arrived(SENT), value=None), "the payload: json_invalid"),
        (replace(arrived(SENT), value=b"[]"), "the payload: model_type"),
        (
            replace(arrived(SENT), headers=[*SENT.headers, ("ce_id", b"again")]),
            "ce_id is given twice",
        ),
        (
            with_headers(SENT, ce_corrects=str(EVENT).encode()),
            "ce_corrects names the message itself",
        ),
        (with_null(SENT, "ce_subject"), "ce_subject is malformed"),
    ],
)
def test_a_message_that_breaks_the_agreement_is_refused(message: Message, fault: str) -> None:
    for read in (reads(registry()), reads_everything(registry())):
        with pytest.raises(BadMessage) as refused:
            read(message)

        assert fault in refused.value.faults
