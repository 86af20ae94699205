"""PostgreSQL, Kafka and the mailbox as real servers."""

import email
import email.policy
import os
import pwd
import signal
import sys
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import NewTopic

from dev.failure import NotStarted
from dev.jars import classes
from dev.kafka import Broker, administering, kafka
from dev.port import LOOPBACK, answers, free_port, is_free
from dev.postgres import Server, postgres
from dev.process import Process, until

pytestmark = pytest.mark.system


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As awkward as a checkout can lie: a space, a long path, and nobody else may enter."""
    private = tmp_path / "nobody else"
    place = private / ("long" * 40) / "run"
    place.mkdir(parents=True)
    private.chmod(0o700)
    return place


@pytest.fixture
async def server(folder: Path) -> AsyncIterator[Server]:
    async with postgres(folder, durable=False) as started:
        yield started


@pytest.fixture
async def broker(folder: Path) -> AsyncIterator[Broker]:
    async with kafka(folder) as started:
        yield started


async def test_a_role_owns_its_database_and_enters_no_other(server: Server) -> None:
    intake = await server.create_database("intake")
    casefile = await server.create_database("casefile")
    foreign = casefile.removesuffix("casefile") + "intake"

    connection = await asyncpg.connect(intake)
    await connection.execute("create table fact (id int)")
    await connection.close()

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(foreign)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(intake.replace("//intake:", "//casefile:"))


async def test_what_is_durable_by_default_is_forgetful_for_tests(folder: Path) -> None:
    async with postgres(folder) as durable:
        assert await _settings(durable) == ["on", "on", "on"]
    async with postgres(folder, durable=False) as forgetful:
        assert await _settings(forgetful) == ["off", "on", "off"]


async def test_a_killed_server_comes_back_with_its_data_on_its_port(server: Server) -> None:
    url = await server.create_database("intake")
    connection = await asyncpg.connect(url)
    await connection.execute("create table fact (id int); insert into fact values (1)")
    await server.process.kill()

    await server.restart()

    again = await asyncpg.connect(url)
    assert await again.fetchval("select id from fact") == 1
    await again.close()
    connection.terminate()


async def test_postgres_leaves_no_process_port_or_data(folder: Path) -> None:
    async with postgres(folder, durable=False) as server:
        assert server.process.pid is not None
        family = [psutil.Process(server.process.pid)]
        family += family[0].children(recursive=True)
        data = server.process.folder

    assert not any(process.is_running() for process in family)
    assert is_free(server.port)
    assert not data.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to give up its rights")
async def test_started_by_root_it_runs_as_somebody_else(server: Server, folder: Path) -> None:
    user = psutil.Process(server.process.pid).username()

    assert user in {"leidraad", "nobody"}
    data = server.process.folder.stat()
    assert data.st_uid == pwd.getpwnam(user).pw_uid
    assert data.st_mode & 0o077 == 0
    assert folder.parents[1].stat().st_mode & 0o777 == 0o700


async def test_a_taken_port_is_refused_before_anything_is_made(folder: Path) -> None:
    async with postgres(folder, durable=False) as server:
        with pytest.raises(NotStarted, match=f"Port {server.port} is taken"):
            async with postgres(folder, port=server.port):
                pass


async def test_the_broker_keeps_messages_over_a_restart_and_forgets_when_wiped(
    broker: Broker,
) -> None:
    await _publish(broker, b"fact")
    assert await _first(broker) == b"fact"

    await broker.stop()
    assert not await answers(broker.port)
    await broker.start()
    assert await _first(broker) == b"fact"

    await broker.kill()
    broker.wipe()
    await broker.start()
    assert "facts" not in await _topics(broker)


async def test_a_paused_broker_goes_on_where_it_was(broker: Broker) -> None:
    await _publish(broker, b"fact")
    broker.pause()
    assert broker.process.pid is not None
    process = psutil.Process(broker.process.pid)
    await until(lambda: process.status() == psutil.STATUS_STOPPED, 5, "not paused")

    broker.resume()

    assert await _first(broker) == b"fact"


async def test_kafka_leaves_no_process_port_or_data(folder: Path) -> None:
    async with kafka(folder) as broker:
        pid, data = broker.process.pid, broker.process.folder

    assert pid is not None
    assert not psutil.pid_exists(pid)
    assert is_free(broker.port)
    assert is_free(broker.controller)
    assert not data.exists()


async def test_a_broker_starts_from_the_classes_that_set_up_kept(broker: Broker) -> None:
    mapped = Path(f"/proc/{broker.process.pid}/maps").read_text()

    assert str(classes()) in mapped


async def test_running_data_are_not_wiped(broker: Broker) -> None:
    with pytest.raises(NotStarted, match="must be stopped"):
        broker.wipe()


async def test_the_mailbox_keeps_each_message_whole_with_its_envelope(folder: Path) -> None:
    port, place = free_port(), folder / "mail"
    command = [sys.executable, "-m", "dev.mailbox", f"--port={port}", f"--folder={place}"]
    log = folder / "mailbox.log"
    mailbox = Process(name="mailbox", command=command, folder=folder, log=log, environment={})
    mailbox.start()
    try:
        await mailbox.ready(lambda: answers(port), 10)
        for subject in ("first", "second"):
            await aiosmtplib.send(_message(subject), hostname=LOOPBACK, port=port)
    finally:
        await mailbox.stop()

    files = sorted(place.glob("*.eml"))
    mails = [email.message_from_bytes(f.read_bytes(), policy=email.policy.default) for f in files]
    assert [mail["Subject"] for mail in mails] == ["first", "second"]
    assert mails[0]["Delivered-To"] == "desk@example.org"
    assert mails[0].get_content() == "Een zaak wacht: été.\r\n"
    assert mailbox.exit_code is not None
    assert mailbox.exit_code != -signal.SIGKILL


def _message(subject: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "leidraad@example.org"
    message["To"] = "desk@example.org"
    message["Subject"] = subject
    message.set_content("Een zaak wacht: été.")
    return message


async def _settings(server: Server) -> list[str]:
    connection = await asyncpg.connect(server.url())
    names = ("fsync", "synchronous_commit", "full_page_writes")
    shown = [await connection.fetchval(f"show {name}") for name in names]
    await connection.close()
    return shown


async def _publish(broker: Broker, value: bytes) -> None:
    async with administering(broker.bootstrap) as admin:
        await admin.create_topics([NewTopic("facts", 1, 1)])
    producer = AIOKafkaProducer(
        bootstrap_servers=broker.bootstrap, acks="all", enable_idempotence=True
    )
    await producer.start()
    await producer.send_and_wait("facts", value)
    await producer.stop()


async def _first(broker: Broker) -> bytes | None:
    consumer = AIOKafkaConsumer(
        "facts", bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        message = await consumer.getone()
    finally:
        await consumer.stop()
    value: bytes | None = message.value
    return value


async def _topics(broker: Broker) -> set[str]:
    async with administering(broker.bootstrap) as admin:
        return set(await admin.list_topics())
