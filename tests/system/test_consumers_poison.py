"""Each kind of poison befalls one case among many: that case waits for an operator, no other."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from events.broker import Message
from rig.audit import audit
from rig.crowd import all_opened, delays, entered, screened, told
from rig.handlers import Faults, Kind
from rig.parked import Parked
from rig.rest import at_rest
from rig.size import sized
from rig.story import Story
from rig.tables import rows, value
from rig.topics import messages, send
from rig.upkeep import apart, failing, kept
from rig.world import SECONDS, World, eventually

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="session")]

CALM, CASES, WITH_A_KILLER = sized((10, 30, 10), (300, 1000, 200))
LONGEST_DELAY = 20.0
"""Generous: two processors for everything; the figure itself is in the report."""
HANDLED = "leidraad.intake.referral-accepted.v1"
UNKNOWN = "leidraad.intake.weather-observed.v1"
LATER = "leidraad.intake.referral-accepted.v99"
BOTH = {"casefile": "unreadable", "analytics": "unreadable"}
Changes = dict[str, bytes]


def _poison(
    type_: str, value_: bytes, changes: Callable[[], Changes] = dict
) -> Callable[..., Message]:
    def made(model: Message, id_: UUID) -> Message:
        changed = {"ce_type": type_.encode(), "ce_id": str(id_).encode(), **changes()}
        headers = [(name, changed.get(name, value)) for name, value in model.headers]
        return replace(model, headers=headers, value=value_)

    return made


def _another_key() -> Changes:
    other = str(uuid4()).encode()
    return {"ce_partitionkey": other, "ce_caseid": other}


POISON = {
    "invalid-json": (_poison(HANDLED, b"{"), BOTH),
    "another-key": (_poison(HANDLED, b"{}", _another_key), BOTH),
    "one-megabyte": (_poison(HANDLED, b'{"text": "%s"}' % (b"x" * 1_000_000)), BOTH),
    "not-utf-8": (_poison(HANDLED, b"{}", lambda: {"ce_correlationid": b"\xff\xfe"}), BOTH),
    "unknown-type": (_poison(UNKNOWN, b'{"sun": true}'), {}),
    "unknown-version": (_poison(LATER, b"{}"), {}),
    "nul": (_poison(UNKNOWN, b'{"text": "\\u0000"}'), {"analytics": "unwritable"}),
}
KEPT = ("unknown-type", "unknown-version")
"""Nobody acts on these, so casefile passes them over; analytics keeps them."""


@pytest.mark.timeout(sized(480, 900))
async def test_one_poison_of_each_kind_among_many_cases_parks_its_own_case_only(
    world: World, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    faults = Faults(tmp_path / "faults")
    calm, stories = await entered(world, CALM), await entered(world, CASES)
    await at_rest(world)
    victims = dict(zip(POISON, stories, strict=False))
    throwing, others = stories[len(POISON)], stories[len(POISON) + 1 :]
    faults.arm(Kind.THROW, throwing.id)

    async with failing(world, "casefile", faults.settings):
        await screened(calm)
        await all_opened(calm)
        sent = await _poisoned(world, victims)
        await screened(stories)
        await all_opened([*others, *(victims[name] for name in (*KEPT, "nul"))])
        parked = [p for name, story in victims.items() for p in _expected(world, name, story)]
        parked += [(Parked(world.caller("operator"), "casefile", throwing.id), "fault")]
        for one, reason in parked:
            await eventually(lambda o=one, r=reason: _waits(o, r), f"{reason} was not parked")
        assert await _keys(world, "casefile") == {
            o.key for o, _ in parked if o.service == "casefile"
        }
        record_property("calm", told(await delays(calm)))
        record_property("beside poison", told(delayed := await delays(others)))
        assert delayed[-1] < LONGEST_DELAY

        faults.mend(Kind.THROW, throwing.id)
        for one, reason in parked:
            await _driven_on(one, reason)
        await all_opened(stories)

    for service in ("casefile", "analytics"):
        expected = sorted(v.id for n, v in victims.items() if service in POISON[n][1])
        assert await _skipped(world, service, stories) == expected
    for name in KEPT:
        assert await value(world, "analytics", _THERE, sent[name]) == 1
    await at_rest(world)
    await audit(world)


@pytest.mark.timeout(sized(480, 900))
async def test_a_message_that_kills_its_process_is_parked_after_five_deaths_and_others_go_on(
    world: World, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    faults = Faults(tmp_path / "faults")
    killer, *others = stories = await entered(world.patient, WITH_A_KILLER)
    parked = Parked(world.patient.caller("operator"), "casefile", killer.id)
    faults.arm(Kind.KILL, killer.id)

    async with apart(world, "casefile", faults.settings) as member, kept(member):
        await screened(stories)
        await all_opened(others)
        await eventually(lambda: _waits(parked, "died-while-handling"), "it was not parked")
        assert len(member.deaths) == 5
        record_property("deaths over", f"{member.deaths[-1] - member.deaths[0]:.1f} s")
        record_property("beside a killer", told(await delays(others)))
        faults.mend(Kind.KILL, killer.id)
        await _driven_on(parked, "died-while-handling")
        await all_opened(stories)
        assert len(member.deaths) == 5

    await at_rest(world)
    await audit(world)
    assert await value(world, "casefile", "select count(*) from tries") == 0


_THERE = "select count(*) from events where id = $1"
_SKIPPED = "select key from skipped_messages where key = any($1) and reason = 'poison'"
_PARKED = "select key from parked_keys"


async def _poisoned(world: World, victims: dict[str, Story]) -> dict[str, UUID]:
    """Puts its poison before what each victim is still to hear of; the ids of the messages."""
    keys = {str(story.id).encode() for story in victims.values()}
    models = {m.key: m for m in await messages(world, "intake") if m.key in keys}
    sent = {name: uuid4() for name in victims}
    world.foreign.update(map(str, sent.values()))
    for name, story in victims.items():
        made, _ = POISON[name]
        await send(world, made(models[str(story.id).encode()], sent[name]))
    return sent


def _expected(world: World, name: str, story: Story) -> list[tuple[Parked, str]]:
    _, where = POISON[name]
    operator = world.caller("operator")
    return [(Parked(operator, service, story.id), reason) for service, reason in where.items()]


async def _waits(parked: Parked, reason: str) -> bool:
    seen = await parked.seen()
    return seen is not None and (seen["reason"], seen["request"]) == (reason, "none")


async def _driven_on(parked: Parked, reason: str) -> None:
    """What may succeed now is tried again; what can never be read is left out."""
    if reason in ("unreadable", "unwritable"):
        assert (await parked.skip("poison")).is_success
    else:
        await parked.retry()
    await eventually(parked.free, "what waited was not handled", SECONDS)


async def _keys(world: World, service: str) -> set[UUID]:
    return {row["key"] for row in await rows(world, service, _PARKED)}


async def _skipped(world: World, service: str, stories: list[Story]) -> list[UUID]:
    found = await rows(world, service, _SKIPPED, [story.id for story in stories])
    return sorted(row["key"] for row in found)
