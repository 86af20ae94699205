"""The processes of a service, of the code that runs in production, over the simulated wires."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import cache
from typing import Any, cast

from casefile.case.work import FETCH_CONTACT_DATA
from casefile.work.contact_data import ContactData
from checker.rules import Follower
from events.backoff import Backoff
from events.consumer import Consumer, react
from events.envelope import topic_of
from events.following import Views, ViewTables
from events.lanes import Handle, Read
from events.parking import Yard
from events.relay import Publish, Published
from events.store import Json, Recorded
from events.vault import Vault
from events.work import Handle as HandleWork
from events.work import Worker, WorkQueue
from notifications.message.work import SEND_MESSAGE
from notifications.work.delivery import Delivery
from scheduling.deadline.work import MISS_DEADLINE
from scheduling.reactions import consents, deadlines, of_consents, of_deadlines, reading
from scheduling.work.deadlines import deadline_misser
from simulation.city import City, programmes, read_once, rules
from simulation.wire import Remote, RemoteCheckpoint, to_database

BACKOFF = Backoff(0.2, 5.0)
LEASE = timedelta(seconds=10)


class Service:
    """One process's hold on its service: everything in it is lost with the process."""

    def __init__(self, city: City, name: str) -> None:
        self.city = city
        self.name = name
        database = city.databases[name]
        self._database = database
        self._wire = to_database(city.world, name)
        self.store = city.parts.remote(
            database.store,
            Remote(self._wire, database.store),
            database.sessions.connect,
            database.bell,
        )
        self.vault = Vault(self.store, city.keys)

    async def api(self) -> None:
        """Serves what clients ask of it for as long as it lives."""
        await asyncio.Event().wait()

    async def relay(self) -> None:
        publish = rules()[self.name].publish
        assert publish is not None
        relay = self.city.parts.relay(
            store=self.store,
            publish=self._poisoned(publish),
            broker=self.city.broker,
            checkpoint=RemoteCheckpoint(self._wire, self._database.checkpoint),
            yard=self._yard(),
            chunk=self.city.world.chance.choice([2, 10, 500]),
            backoff=BACKOFF,
            chance=self._chance(),
            clock=self.city.world.clock,
        )
        await relay.run(asyncio.Event())

    async def consume(self) -> None:
        stop = asyncio.Event()
        own = rules()[self.name]
        async with asyncio.TaskGroup() as tasks:
            for follower in own.follows:
                tasks.create_task(self._consumer(follower).run(stop))
            if own.views:
                tasks.create_task(self._views().run(stop))
            if handlers := self._work():
                tasks.create_task(self._worker(handlers).run(stop))

    def _consumer(self, follower: Follower) -> Consumer:
        return self.city.parts.consumer(
            group=follower.group,
            topics=[topic_of(source) for source in follower.sources],
            read=_reads(follower),
            handle=self._handle(follower),
            broker=self.city.broker,
            yard=self._yard(),
            concurrency=self.city.world.chance.choice([1, 4, 16]),
            most_unfinished=self.city.world.chance.choice([5, 1000]),
            backoff=BACKOFF,
            rejoin=BACKOFF,
            chance=self._chance(),
            watch_seconds=2.0,
            stalled_seconds=6.0,
            finish_seconds=3.0,
        )

    def _views(self) -> Views:
        return Views(
            store=self.store,
            tables=cast("ViewTables", Remote(self._wire, self._database.tables)),
            views=rules()[self.name].views,
            decode=rules()[self.name].decode,
            batch=self.city.world.chance.choice([1, 7, 1000]),
            backoff=BACKOFF,
            chance=self._chance(),
        )

    def _worker(self, handlers: Mapping[str, HandleWork]) -> Worker:
        return Worker(
            service=self.name,
            queue=cast("WorkQueue", Remote(self._wire, self._database.queue)),
            handlers=handlers,
            clock=self.city.world.clock,
            lease=LEASE,
            look_seconds=self.city.world.climate.look_seconds,
            backoff=BACKOFF,
            chance=self._chance(),
        )

    def _work(self) -> Mapping[str, HandleWork]:
        city, clock = self.city, self.city.world.clock
        match self.name:
            case "casefile":
                contact_data = ContactData(self.store, self.vault, city.peers, clock)
                return {FETCH_CONTACT_DATA: contact_data.fetch}
            case "scheduling":
                return {MISS_DEADLINE: deadline_misser(self.store, programmes(), clock)}
            case "notifications":
                delivery = Delivery(self.store, programmes(), city.peers, city.mailer, clock)
                return {SEND_MESSAGE: delivery.send}
            case _:
                return {}

    def _handle(self, follower: Follower) -> Handle:
        handle = self._reacts(follower)

        async def handled(message: Recorded[Any]) -> None:
            if self.city.world.poisoned(message.id, 0):
                raise RuntimeError
            await handle(message)

        return handled

    def _reacts(self, follower: Follower) -> Handle:
        match follower.group:
            case deadlines.GROUP:
                return of_deadlines(self.store, programmes(), follower.reactions)
            case consents.GROUP:
                return of_consents(self.store, programmes())
            case group:
                return react(self.store, group, follower.reactions)

    def _poisoned(self, publish: Publish) -> Publish:
        def mapped(event: Recorded[Json]) -> Published | None:
            if self.city.world.poisoned(event.id, 1):
                raise LookupError
            return publish(event)

        return mapped

    def _yard(self) -> Yard:
        return cast("Yard", Remote(self._wire, self._database.yard))

    def _chance(self) -> random.Random:
        return random.Random(self.city.world.chance.random())  # noqa: S311 - out of the seed


def _reads(follower: Follower) -> Read:
    """The group of deadlines handles what is told of consents first, as the other one does."""
    return _of_deadlines() if follower.group == deadlines.GROUP else follower.read


@cache
def _of_deadlines() -> Read:
    reactions = {**deadlines.reactions(programmes()), **consents.REACTIONS}
    return read_once(reading(programmes(), reactions))


KINDS: Mapping[str, Callable[[Service], Awaitable[None]]] = {
    "api": Service.api,
    "relay": Service.relay,
    "consume": Service.consume,
}


def kinds_of(name: str) -> list[str]:
    own = rules()[name]
    api = ["api"] if name in ("intake", "casefile") else []
    return [
        *api,
        *(["relay"] if own.publish else []),
        *(["consume"] if own.follows or own.views else []),
    ]
