"""The command line of every service: `python -m <service> api|relay|consume|all|migrate|...`."""

import argparse
import asyncio
import signal
import time
from collections.abc import Coroutine, Sequence
from dataclasses import asdict
from typing import Any

import structlog
import uvloop

from events.checkpoint import PostgresCheckpoint
from events.envelope import topic_of
from events.kafka import KafkaBroker
from events.rebuild import rebuild
from events.relay import republish
from kit import ground, logs, processes
from kit.composition import Compose, Ground, NotComposed, S, Service
from kit.processes import Kind
from kit.routes import Undeclared
from kit.serving import PortTaken
from kit.settings import load

log = structlog.get_logger()

SPOKEN = (NotComposed, PortTaken, Undeclared)
"""Failures that say in a sentence what the operator or the developer has to do."""


def main(
    name: str, compose: Compose[S], settings_class: type[S], arguments: Sequence[str] | None = None
) -> None:
    """What a service's `__main__` calls; `name` is also its package, database and topic."""
    asked = _parser(name).parse_args(arguments)
    settings = load(settings_class)
    logs.configure(name, settings.environment)
    match asked.command:
        case "migrate":
            # Only this command needs alembic, which costs a process a third of a second.
            from events import migrate as migrations  # noqa: PLC0415

            migrations.upgrade(settings.database_url.get_secret_value(), name)
            _finish(_prepare(name, compose, settings))
        case "rebuild":
            _finish(_rebuild(name, compose, settings, asked.views))
        case "republish":
            _finish(_republish(name, compose, settings, asked.position))
        case kind:
            _finish(_run(name, compose, settings, Kind(kind)))


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m {name}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser(Kind.API.value, help="answer HTTP")
    commands.add_parser(Kind.RELAY.value, help="publish the log to its topic")
    commands.add_parser(
        Kind.CONSUME.value, help="follow the topics, keep the views, do durable work"
    )
    commands.add_parser(Kind.ALL.value, help="all three in one process")
    commands.add_parser("migrate", help="bring database, views and topics up to date")
    view = commands.add_parser("rebuild", help="make views anew, compare each, and switch")
    view.add_argument("views", nargs="+", metavar="view")
    position = commands.add_parser("republish", help="publish again from a position on")
    position.add_argument("--from", dest="position", type=int, required=True)
    return parser


def _finish(work: Coroutine[Any, Any, None]) -> None:
    """Runs to the end; a failure ends the process with one sentence and status 1."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(work)
        except Exception as error:
            cause = _first(error)
            if isinstance(cause, SPOKEN):
                raise SystemExit(str(cause)) from None
            log.exception("process.failed", exc_info=cause)
            raise SystemExit(1) from None


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _composed(compose: Compose[S], base: Ground[S]) -> Service:
    try:
        return compose(base)
    except Exception as error:
        raise NotComposed(f"The service cannot be put together: {error}") from error


async def _run(name: str, compose: Compose[S], settings: S, kind: Kind) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with ground.opened(name, settings) as base, ground.authenticator(base) as judge:
        await processes.run(kind, _composed(compose, base), base, judge, stop)


async def _prepare(name: str, compose: Compose[S], settings: S) -> None:
    async with ground.opened(name, settings) as base:
        service = _composed(compose, base)
        await base.tables.create(service.views)
    topics = [topic_of(source) for source in _sources(name, service)]
    await KafkaBroker(settings.kafka, settings.kafka_replication).create_topics(topics)


def _sources(name: str, service: Service) -> set[str]:
    """Topics that are read are made too: whoever comes first must not find them missing."""
    followed = {source for follows in service.follows for source in follows.services}
    return followed | ({name} if service.publish else set())


async def _rebuild(name: str, compose: Compose[S], settings: S, wanted: Sequence[str]) -> None:
    async with ground.opened(name, settings) as base:
        service = _composed(compose, base)
    processes.tame_collector()
    views = {view.name: view for view in service.views}
    if strange := [view for view in wanted if view not in views]:
        known = ", ".join(sorted(views))
        raise SystemExit(f"There is no view {', '.join(strange)}; there are: {known}.")
    url = settings.database_url.get_secret_value()
    for view in wanted:
        began = time.monotonic()
        done = await rebuild(url, name, views[view], service.decode)
        seconds = round(time.monotonic() - began, 3)
        log.info("view.rebuilt", view=view, seconds=seconds, **asdict(done))


async def _republish(name: str, compose: Compose[S], settings: S, position: int) -> None:
    async with ground.opened(name, settings) as base:
        service = _composed(compose, base)
    if service.publish is None:
        raise SystemExit(f"The service {name} publishes nothing, so it has nothing to republish.")
    checkpoint = PostgresCheckpoint(settings.database_url.get_secret_value())
    log.info("relay.rewound", position=await republish(checkpoint, position))
