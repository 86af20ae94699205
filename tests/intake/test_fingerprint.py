"""Fingerprints of contact data: alike for one person, different for two, useless without key."""

import pytest

from intake.fingerprint import Fingerprints

PRINTS = Fingerprints(bytes(32))
PERSON = {
    "name": "Zoë Plantinga",
    "phone": "06 1234 5678",
    "email": "z.plantinga@example.org",
    "address": "Voorbeeldstraat 1, Nergenshuizen",
}


def alike(one: dict[str, str], other: dict[str, str]) -> bool:
    return bool(PRINTS.of(one) & PRINTS.of(other))


@pytest.mark.parametrize(
    "phone",
    ["0612345678", "+31 6 12345678", "+31 (0)6-1234-5678", "0031612345678", "(06) 12 34 56 78"],
)
def test_a_number_is_the_same_however_it_is_written(phone: str) -> None:
    assert alike({"name": "A", "phone": "06 1234 5678"}, {"name": "B", "phone": phone})


@pytest.mark.parametrize("phone", ["06 1234 5679", "+49 6 12345678", "612345678"])
def test_another_number_is_another(phone: str) -> None:
    assert not alike({"name": "A", "phone": "06 1234 5678"}, {"name": "A", "phone": phone})


def test_a_name_is_the_same_without_accents_and_capitals_at_the_same_address() -> None:
    other = {"name": "zoe  PLANTINGA", "address": "voorbeeldstraat 1 nergenshuizen"}

    assert alike(PERSON, other)


@pytest.mark.parametrize(
    "other",
    [
        {"name": "Zoë Plantinga"},
        {"name": "Zoë Plantinga", "address": "Voorbeeldstraat 2, Nergenshuizen"},
        {"name": "Wilhelmina Plantinga", "address": PERSON["address"]},
        {"name": "Zoë Plantinga", "email": "zoe@example.org"},
    ],
)
def test_a_name_alone_or_an_address_alone_tells_nobody_apart(other: dict[str, str]) -> None:
    assert not alike(PERSON, other)


def test_the_same_mailbox_is_the_same_person_whatever_its_capitals() -> None:
    assert alike(PERSON, {"name": "Z. P.", "email": "Z.Plantinga@Example.org"})


def test_with_another_key_nothing_is_alike_and_the_key_is_shown_nowhere() -> None:
    others = Fingerprints(b"x" * 32)

    assert not PRINTS.of(PERSON) & others.of(PERSON)
    assert len(PRINTS.of(PERSON)) == 3
    assert "x" * 32 not in repr(others)


def test_whoever_has_no_contact_data_has_no_fingerprint() -> None:
    assert PRINTS.of({}) == frozenset()
