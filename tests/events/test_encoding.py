"""Metadata as the log holds them: what a newer version says beside is read, kept and passed on."""

from dataclasses import replace

import orjson

from events.encoding import metadata_from, metadata_json
from events.testing import METADATA, numbered

NEWER = {
    "actor": "tester",
    "role": "service",
    "correlation_id": str(numbered(0xC0)),
    "causation_id": str(numbered(0xC1)),
    "traceparent": None,
    "programme": "medical-incidents",
    "programme_version": 3,
    "purpose": {"of-use": "treatment"},
}


def test_what_a_newer_version_says_beside_is_passed_on_as_it_was() -> None:
    read = metadata_from(NEWER)

    passed_on = orjson.loads(metadata_json(replace(read, causation_id=None)))

    assert (read.programme, read.causation_id) == ("medical-incidents", numbered(0xC1))
    assert passed_on == {**NEWER, "causation_id": None}


def test_without_it_the_log_holds_what_an_older_version_can_read() -> None:
    stored = orjson.loads(metadata_json(METADATA))

    assert stored.keys() == NEWER.keys() - {"purpose"}
    assert metadata_from(stored) == METADATA
