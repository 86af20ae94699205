"""What requests of one caller left behind in intake: each of them whole, and once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from zlib import crc32

import httpx

from rig.caller import UNAVAILABLE, Caller, Json, problem
from rig.tables import connected
from rig.world import World, eventually

PATH = "/v1/referrals"
CREATED, NOBODY_ANSWERED = 201, 0
AT_ONCE = 20

PARTS = """
    select r.key as request,
        (select count(*) from events e where e.id = r.event) as events,
        (select count(*) from access_log a, events e
            where e.id = r.event and a.key = e.key and a.outcome = 'allowed') as lines,
        (select count(*) from vault_fields f, events e
            where e.id = r.event and f.record = (e.data->>'contact')::uuid) as fields
    from requests r where r.subject = $1"""
WHOLES = [
    "select count(*) from events where metadata->>'actor' = $1",
    "select count(*) from access_log where actor = $1 and outcome = 'allowed'",
    """select count(distinct f.record) from vault_fields f
        join access_log a on a.key = f.person
        where a.actor = $1 and f.field <> 'fingerprint'""",
]


def referral(key: str) -> Json:
    """The body of a request that writes an event, contact data and lines beside them."""
    return {
        "programme": "medical-incidents",
        "source": "self",
        "consent": {"form": "spoken"},
        "contact": {
            "name": f"Zwaantje {key}",
            "phone": f"+99 {crc32(key.encode()):010}",
            "email": f"{key}@canary.example",
            "address": "Nergensstraat 1, Niemandsdorp",
        },
    }


@dataclass(slots=True)
class Outcomes:
    """What a caller was told: done, or that it is not known whether it was done."""

    caller: Caller
    done: dict[str, Json] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)

    async def send(self, key: str) -> int:
        """The status, 0 where nobody answered; any other than 201 and 503 is a fault."""
        try:
            answer = await self.caller.send("intake", PATH, referral(key), key=key)
        except httpx.TransportError:
            self.unknown.add(key)
            return NOBODY_ANSWERED
        if answer.status_code == UNAVAILABLE:
            assert problem(answer) == (UNAVAILABLE, "unavailable")
            self.unknown.add(key)
        else:
            assert answer.status_code == CREATED, answer.text
            self.done[key] = answer.json()
        return answer.status_code

    async def settle(self, world: World, keys: Sequence[str]) -> int:
        """All are sent again and succeed; says how many of unknown outcome had been written."""
        had = await written(world, self.caller)
        assert self.done.keys() <= had
        for first in range(0, len(keys), AT_ONCE):
            await asyncio.gather(*map(self._again, keys[first : first + AT_ONCE]))
        return len(had & self.unknown)

    async def _again(self, key: str) -> None:
        await eventually(lambda: self._succeeds(key), "a request does not succeed")

    async def _succeeds(self, key: str) -> bool:
        answer = await self.caller.send("intake", PATH, referral(key), key=key)
        if answer.status_code == UNAVAILABLE:
            return False
        assert answer.status_code == CREATED, answer.text
        told: Json = answer.json()
        return self.done.setdefault(key, told) == told


async def written(world: World, caller: Caller) -> set[str]:
    """The keys of the requests that were written, each of them whole and once."""
    async with (
        connected(world, "intake") as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        found = await connection.fetch(PARTS, str(caller.id))
        wholes = [await connection.fetchval(count, str(caller.id)) for count in WHOLES]
    assert {(r["events"], r["lines"], r["fields"]) for r in found} <= {(1, 1, 4)}
    assert wholes == [len(found)] * len(WHOLES)
    return {row["request"] for row in found}
