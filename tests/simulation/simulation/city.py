"""What outlives every process: the databases, the broker, the mailbox; and what runs over them."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache, partial
from typing import Any
from uuid import UUID

from checker import services as checked
from checker.evidence import APART, Books, Evidence, Exchange, Rows
from checker.rules import Follower, Rules
from events.broker import Message, Partition
from events.broker_memory import NOWHERE
from events.checkpoint import MemoryCheckpoint
from events.consumer import Consumer
from events.contracts import registry
from events.envelope import reads
from events.lanes import Read
from events.marks import shorter
from events.memory import MemoryStore
from events.parking_memory import MemoryYard
from events.relay import Relay
from events.store import Recorded, Unavailable
from events.vault import MasterKey
from events.views_memory import MemoryViews
from events.work_memory import MemoryQueue
from programmes.loader import Programmes, load
from simulation import ledger
from simulation.broker import StormyBroker
from simulation.outside import SimulatedMailer, SimulatedPeers
from simulation.store import Sessions, SimulatedStore
from simulation.wire import Doorbell, to_database
from simulation.world import World

SOURCES = ("intake", "casefile", "scheduling", "notifications")
MOST_READ = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Of what the simulated system is made; a test puts a faulty part in.

    `store` is the log that a server keeps, `remote` what a process has of it.
    """

    store: type[MemoryStore] = MemoryStore
    remote: type[SimulatedStore] = SimulatedStore
    relay: type[Relay] = Relay
    consumer: type[Consumer] = Consumer
    tables: type[MemoryViews] = MemoryViews
    queue: type[MemoryQueue] = MemoryQueue
    yard: type[MemoryYard] = MemoryYard


@cache
def programmes() -> Programmes:
    return load()


@cache
def rules() -> Mapping[str, Rules]:
    own = checked.rules(programmes())
    types = registry(programmes().track_steps())
    follower = Follower(
        group=ledger.GROUP,
        sources=SOURCES,
        read=reads(types),
        reactions=ledger.reactions(types),
    )
    books = Rules(decode=ledger.CODEC.decode, follows=[follower])
    found = {**{name: own[name] for name in SOURCES}, ledger.SERVICE: books}
    return {
        name: replace(own, follows=list(map(_once, own.follows))) for name, own in found.items()
    }


def _once(follower: Follower) -> Follower:
    return replace(follower, read=read_once(follower.read))


def read_once(read: Read) -> Read:
    """Equal messages say the same: each is read by many, and by the checker twice."""

    @lru_cache(MOST_READ)
    def known(
        partition: Partition,
        key: bytes | None,
        headers: tuple[tuple[str, bytes], ...],
        value: bytes | None,
    ) -> Recorded[Any] | None:
        return read(Message(partition, 0, key, headers, value))

    return lambda message: known(
        message.partition, message.key, tuple(message.headers), message.value
    )


class Database:
    """One service's: its log and all that is beside it."""

    def __init__(self, world: World, service: str, parts: Parts) -> None:
        self.store = parts.store(service, world.clock)
        self.bell = Doorbell(world)
        self.sessions = Sessions(world, self.store)
        self.checkpoint = MemoryCheckpoint()
        self.yard = parts.yard(world.clock)
        self.queue = parts.queue(self.store)
        self.tables = parts.tables(self.store)
        self.seen: list[tuple[int, UUID]] = []
        self._wire = to_database(world, service)

    async def read_along(self) -> None:
        """Reads all that comes after what it was given last, as long as the run goes on."""
        last = 0
        async for _ in self.bell.rings():
            with suppress(Unavailable):
                while found := await self._wire.call("read", partial(self.store.after, last, 10)):
                    self.seen += [(event.position, event.id) for event in found]
                    last = found[-1].position

    def end_sessions(self) -> None:
        self.sessions.ended += 1
        self.checkpoint.end_session()

    def books(self, own: Rules) -> Books:
        store = self.store
        shown = {
            v.table.name: Rows(self.tables._positions.get(v.table.name, 0), self.tables.rows(v))
            for v in own.views
        }
        return Books(
            log=list(store.log),
            seen=list(self.seen),
            answers=dict(store.answers),
            inbox=set(store.messages),
            access=list(store.access),
            work=list(store.work.values()),
            vault={record for _, record, _ in store.vault},
            apart={record for _, record, field in store.vault if field in APART},
            views=shown,
        )


@dataclass
class City:
    world: World
    parts: Parts
    exchanges: list[Exchange] = field(default_factory=list)
    mails: list[UUID] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.databases = {name: Database(self.world, name, self.parts) for name in rules()}
        self.broker = StormyBroker(self.world)
        self.keys = MasterKey(bytes(32))
        self.peers = SimulatedPeers(self.world, self.databases["intake"].store, self.keys)
        self.mailer = SimulatedMailer(self.world, self.mails)
        self.world.length = lambda: len(self.databases["notifications"].store.log)

    def evidence(self) -> Evidence:
        return Evidence(
            books={name: d.books(rules()[name]) for name, d in self.databases.items()},
            exchanges=list(self.exchanges),
            topics={name: self.broker.messages(name) for name in sorted(self.broker.topics)},
            mails=list(self.mails),
            disturbed=list(self.world.disturbed),
            parked={
                (lane.group, lane.key)
                for database in self.databases.values()
                for lane in database.yard._keys
            },
            skipped=set(self._skipped()),
        )

    def _skipped(self) -> Sequence[tuple[str, UUID]]:
        return [
            (lane.group, UUID(dict(message.headers)["ce_id"].decode()))
            for database in self.databases.values()
            for lane, message, _ in database.yard.skipped
        ]

    def unrest(self) -> list[str]:
        """What is still on its way, in words; nothing when all queues are empty."""
        return [
            line
            for name, database in self.databases.items()
            for line in self._waiting(name, database)
        ]

    def _waiting(self, name: str, database: Database) -> Sequence[str]:
        own, head = rules()[name], len(database.store.log)
        found = [f"{name}: {len(database.store.work)} work items"] * bool(database.store.work)
        found += [f"{name}: {len(database.yard._keys)} keys are parked"] * bool(database.yard._keys)
        if own.publish and database.checkpoint.at < head:
            found.append(f"{name}: published {database.checkpoint.at} of {head}")
        if own.publish and shorter(self._ends(name), database.checkpoint.reached.marks):
            found.append(f"{name}: its relay has not noticed that the topic lost its tail")
        for view in own.views:
            if (at := database.tables._positions.get(view.table.name, 0)) < head:
                found.append(f"{name}: {view.table.name} is at {at} of {head}")
        for follower in own.follows:
            behind = self._behind(follower)
            found += [f"{follower.group}: {behind} messages"] * bool(behind)
        return found

    def _ends(self, source: str) -> Mapping[int, int]:
        return {n: len(place) for n, place in enumerate(self.broker.places(f"{source}.events"))}

    def _behind(self, follower: Follower) -> int:
        topics = [f"{source}.events" for source in follower.sources]
        committed = self.broker.committed
        return sum(
            abs(len(place) - committed.get((follower.group, place[0].partition), NOWHERE).offset)
            for topic in topics
            for place in self.broker.places(topic)
            if place
        )
