"""The table of what is published: it fills contracts, and leaves nothing open."""

from dataclasses import dataclass

import pytest

from events.codec import Codec
from events.contracts.contract import Code, Contract
from events.occurrence import UNKNOWN, Occurred
from events.publishing import Entry, Unpublishable, publishing
from events.store import Recorded
from events.testing import stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    colour: str
    coats: tuple[int, ...]
    secret: str
    occurred: Occurred


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    occurred: Occurred


class PaintedContract(Contract):
    colour: Code
    coats: list[int]


class BrokenContract(Contract):
    reason: Code


CODEC = Codec[Painted | Broken]({"toy.painted.v1": Painted, "toy.broken.v1": Broken})
CONTRACTS: dict[str, type[Contract]] = {"painted": PaintedContract, "broken": BrokenContract}
PAINTED = Painted(colour="red", coats=(1, 2), secret="name", occurred=UNKNOWN)
BROKEN = Broken(occurred=UNKNOWN)


def test_a_contract_takes_the_fields_of_the_same_name_and_no_others() -> None:
    publish = publishing(CODEC, CONTRACTS, {Painted: "painted"}, [Broken])

    published = publish(stored(CODEC, PAINTED))

    assert published == ("painted", PaintedContract(colour="red", coats=[1, 2]))


def test_what_is_kept_is_not_published() -> None:
    publish = publishing(CODEC, CONTRACTS, {Painted: "painted"}, [Broken])

    assert publish(stored(CODEC, BROKEN)) is None


def test_an_entry_may_say_itself_what_is_published() -> None:
    def broken(recorded: Recorded[Broken]) -> tuple[str, Contract]:
        return "broken", BrokenContract(reason=f"at-{recorded.position}")

    publish = publishing(CODEC, CONTRACTS, {Painted: "painted", Broken: broken})

    assert publish(stored(CODEC, BROKEN)) == ("broken", BrokenContract(reason="at-1"))


@pytest.mark.parametrize(
    ("published", "kept", "mistake"),
    [
        ({Painted: "painted"}, [], "Broken is neither published nor kept"),
        ({Painted: "painted"}, [Painted, Broken], "Painted is both published and kept"),
        ({Painted: "painted", int: "painted"}, [Broken], "int is not stored"),
        ({Painted: "varnished"}, [Broken], "there is no contract varnished"),
        ({Painted: "painted", Broken: "broken"}, [], "Broken has no reason for broken"),
    ],
)
def test_what_the_table_leaves_open_is_refused_before_anything_starts(
    published: dict[type, Entry], kept: list[type], mistake: str
) -> None:
    with pytest.raises(Unpublishable) as caught:
        publishing(CODEC, CONTRACTS, published, kept)

    assert str(caught.value) == mistake
