"""Faults that strike out of the seed, and an operator who clears up after them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from events.parking import Request
from events.relay import republish
from simulation import ledger
from simulation.broker import SERVER
from simulation.city import rules
from simulation.plant import Plant

BACK = timedelta(seconds=30)
STEPS = (timedelta(hours=1), timedelta(hours=-1), timedelta(days=1), -BACK)


@dataclass(frozen=True, slots=True)
class Republication:
    """What an operator asked to be published again, and how much had arrived by then."""

    service: str
    first: int
    until: int
    arrived: int


class Storm:
    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        self.city = plant.city
        self.world = plant.city.world
        self._asked: list[Republication] = []
        self._blows: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (8, self._kill),
            (3, self._stand_still),
            (2, self._broker_away),
            (2, self._database_away),
            (2, self._sessions_end),
            (2, self._republish),
            (3, self._offsets_lost),
            (2, self._wipe),
            (2, self._tail_lost),
            (3, self._lie_in_wait),
            (2, self._clock_steps),
            (4, self._a_timer_is_due),
            (4, self._operate),
        ]

    async def rage(self, seconds: float) -> None:
        end = self.world.loop.time() + seconds
        weights, blows = zip(*self._blows, strict=True)
        while (now := self.world.loop.time()) < end:
            pause = self.world.chance.expovariate(1 / self.world.climate.blows_seconds)
            await asyncio.sleep(min(pause, end - now))
            [blow] = self.world.chance.choices(blows, weights)
            self.plant.background(blow())

    async def calm(self) -> None:
        """From now on nothing fails; whatever waits for somebody gets it."""
        self.world.storm = False
        self.world.down.clear()
        for running in self.plant.running:
            self.world.loop.thaw(running.process)
        self.world.note("the storm is over")
        await self._decide(skips=True)

    async def operate(self) -> None:
        """Asks for a retry of whatever is parked, again and again."""
        while True:
            await self._decide(skips=False)
            await asyncio.sleep(1)

    async def _kill(self) -> None:
        if self.plant.running and self.world.storm:
            self.plant.kill(self.world.chance.choice(self.plant.running))

    async def _stand_still(self) -> None:
        victim = self.world.chance.choice(self.plant.running) if self.plant.running else None
        if victim and self.world.storm:
            await self.plant.pause(victim, self.world.chance.uniform(0.1, 5))

    async def _broker_away(self) -> None:
        await self._away(SERVER, "broker away")

    async def _database_away(self) -> None:
        server = self.world.chance.choice(list(self.city.databases))
        await self._away(server, "database away")

    async def _away(self, server: str, blow: str) -> None:
        self.world.struck(blow, f"{server} is away")
        self.world.down.add(server)
        await asyncio.sleep(self.world.chance.uniform(0.1, 3))
        self.world.down.discard(server)
        self.world.note(f"{server} is back")

    async def _sessions_end(self) -> None:
        service = self.world.chance.choice(list(self.city.databases))
        self.world.struck("sessions ended", f"{service} ends its sessions")
        self.city.databases[service].end_sessions()

    async def _republish(self) -> None:
        self.world.counted["republication"] += 1
        await self._let_republish(self.world.chance.choice(list(self.city.databases)))

    async def _let_republish(self, service: str) -> None:
        database = self.city.databases[service]
        place = self.world.chance.randint(1, max(database.checkpoint.at, 1))
        self.world.note(f"{service} is to publish from {place} on")
        arrived, until = self.city.broker.arrived, database.checkpoint.at
        self._asked.append(Republication(service, place, until, arrived))
        await republish(database.checkpoint, place)

    def unmet(self) -> Iterator[str]:
        """What was not published again although it was asked for; all queues must be empty."""
        for asked in self._asked:
            publish = rules()[asked.service].publish
            log = self.city.databases[asked.service].store.log[asked.first - 1 : asked.until]
            late = [
                event.id
                for event in log
                if publish
                and publish(event)
                and self.city.broker.arrivals.get(event.id, 0) <= asked.arrived
            ]
            if late:
                yield f"R6: event {late[0]} of {asked.service} was not published again"

    async def _offsets_lost(self) -> None:
        self.world.note("the broker lost offsets")
        self.world.counted["offsets lost"] += self.city.broker.lose_offsets()

    async def _wipe(self) -> None:
        """The broker comes back empty, and nobody tells the relays."""
        self.world.counted["wipe"] += self.city.broker.holds_messages
        await self._strike(SERVER)

    async def _tail_lost(self) -> None:
        self.world.note("the broker comes back without the last messages of a partition")
        self.world.counted["tail lost"] += self.city.broker.lose_some_tail()

    async def _lie_in_wait(self) -> None:
        """For the moment in which something was sent, and nobody knows of it yet."""
        self.city.broker.ambush = self.world.chance.choice([self._strike, self._let_republish])

    async def _strike(self, _of: str) -> None:
        self.world.note("the broker is wiped")
        self.city.broker.wipe()

    async def _clock_steps(self) -> None:
        step = self.world.chance.choice(STEPS)
        self.world.struck("clock step", f"the clock steps by {step}")
        self.world.step(step)

    async def _a_timer_is_due(self) -> None:
        """The next one there is; the clock of whoever was given it may step back before it acts."""
        while (due := self._next_due()) is None and self.world.storm:  # noqa: ASYNC110 - as it comes
            await asyncio.sleep(self.world.climate.look_seconds)
        if due is None or due < self.world.clock() or not self.world.storm:
            return
        self.world.struck("timer due", f"the clock steps to {due}, when a timer is due")
        self.world.step(due - self.world.clock())
        await asyncio.sleep(self.world.chance.uniform(0, self.world.climate.look_seconds))
        self.world.step(-BACK)

    def _next_due(self) -> datetime | None:
        timers = self.city.databases["scheduling"].store.work.values()
        return min((timer.due_at for timer in timers if timer.due_at), default=None)

    async def _operate(self) -> None:
        await self._decide(skips=True)

    async def _decide(self, *, skips: bool) -> None:
        """Has what is parked tried again, or some of what the ledger has parked left out."""
        for database in self.city.databases.values():
            for parked in await database.yard.list():
                if parked.request is not Request.NONE:
                    continue
                self.world.counted["operator"] += self.world.storm
                left_out = skips and parked.lane.group == ledger.GROUP
                if left_out and self.world.chance.random() < 0.7:
                    await database.yard.request_skip(parked.lane, parked.head, "made-up")
                else:
                    await database.yard.request_retry(parked.lane)
