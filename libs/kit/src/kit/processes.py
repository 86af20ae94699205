"""The processes of a service: what runs in each, until it is asked to stop."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

import structlog
from fastapi import FastAPI

from events.checkpoint import PostgresCheckpoint
from events.consumer import Consumer
from events.envelope import topic_of
from events.following import Views
from events.forgetting import keep_forgetting
from events.kafka import KafkaBroker
from events.parking import Parking
from events.parking_postgres import PostgresYard
from events.relay import Publish, Relay
from events.vault import Vault
from events.work import Worker
from events.work_postgres import PostgresQueue
from kit import parking
from kit.app import create_app
from kit.auth import Authenticator
from kit.composition import Ground, Service
from kit.edge import Edge, Gate
from kit.health import Check, health_app
from kit.lists import Lists
from kit.serving import serve
from kit.telemetry import watch_loop

log = structlog.get_logger()

Task = Callable[[asyncio.Event], Awaitable[None]]
"""Runs until the event is set, and then finishes what it began."""


class Kind(StrEnum):
    API = "api"
    RELAY = "relay"
    CONSUME = "consume"
    ALL = "all"


class Ended(Exception):
    """Something ended by itself that must go on as long as the process."""


class NotWell(Exception):
    """A part of the process works at present on nothing but its own recovery."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something that runs in the background; `check` raises while it is not well."""

    name: str
    run: Task
    check: Check


def parts_of(kind: Kind, service: Service, ground: Ground[Any]) -> Iterator[Part]:
    if kind in (Kind.RELAY, Kind.ALL) and service.publish:
        yield _relay(service.publish, ground)
    if kind in (Kind.CONSUME, Kind.ALL):
        yield from _consumers(service, ground)
        yield from _followers(service, ground)
        yield Part("requests", partial(keep_forgetting, ground.pool), ground.store.head)


def _relay(publish: Publish, ground: Ground[Any]) -> Part:
    relay = Relay(
        store=ground.store,
        publish=publish,
        broker=KafkaBroker(ground.settings.kafka, ground.settings.kafka_replication),
        checkpoint=PostgresCheckpoint(ground.settings.database_url.get_secret_value()),
        yard=PostgresYard(ground.pool),
        clock=ground.clock,
    )
    return Part("relay", relay.run, _well(relay))


def _consumers(service: Service, ground: Ground[Any]) -> Iterator[Part]:
    for follows in service.follows:
        consumer = Consumer(
            group=follows.group,
            topics=[topic_of(name) for name in follows.services],
            read=follows.read,
            handle=follows.handle,
            broker=KafkaBroker(ground.settings.kafka),
            yard=PostgresYard(ground.pool),
        )
        yield Part(follows.group, consumer.run, _well(consumer))


def _followers(service: Service, ground: Ground[Any]) -> Iterator[Part]:
    name = ground.store.source
    if service.views:
        views = Views(
            store=ground.store, tables=ground.tables, views=service.views, decode=service.decode
        )
        yield Part("views", views.run, _well(views))
    if service.work:
        worker = Worker(
            service=name,
            queue=PostgresQueue(ground.pool),
            handlers=service.work,
            clock=ground.clock,
        )
        yield Part("work", worker.run, ground.store.head)


def _well(part: Relay | Consumer | Views) -> Check:
    async def check() -> None:
        if not part.healthy:
            raise NotWell

    return check


async def run(
    kind: Kind,
    service: Service,
    ground: Ground[Any],
    authenticator: Authenticator,
    stop: asyncio.Event,
) -> None:
    """Runs a process until `stop` is set; ends with an error if a part of it ends before."""
    background = list(parts_of(kind, service, ground))
    tasks = {part.name: part.run for part in background} | _servers(
        kind, service, ground, authenticator, background
    )
    async with asyncio.TaskGroup() as group:
        watch = group.create_task(watch_loop(ground.store.source))
        running = [group.create_task(lasting(name, t, stop)) for name, t in tasks.items()]
        tame_collector()
        log.info("process.started", kind=kind, parts=[*tasks])
        await asyncio.gather(*running)
        watch.cancel()
    log.info("process.stopped", kind=kind)


async def lasting(name: str, task: Task, stop: asyncio.Event) -> None:
    await task(stop)
    if not stop.is_set():
        raise Ended(name)


def _servers(
    kind: Kind,
    service: Service,
    ground: Ground[Any],
    authenticator: Authenticator,
    background: Sequence[Part],
) -> dict[str, Task]:
    """The API is ready when its database is: it takes commands also while the broker is away."""
    settings, database = ground.settings, {"database": ground.store.head}
    health = health_app(database | {part.name: part.check for part in background})
    servers = {"metrics": _server(health, ground, settings.metrics_port)}
    if kind in (Kind.API, Kind.ALL):
        app = api(service, ground, authenticator, database)
        servers["api"] = _server(app, ground, settings.http_port)
    return servers


def _server(app: FastAPI, ground: Ground[Any], port: int) -> Task:
    settings = ground.settings

    async def run_server(stop: asyncio.Event) -> None:
        await serve(app, settings.http_host, port, stop, settings.shutdown_seconds)

    return run_server


def api(
    service: Service,
    ground: Ground[Any],
    authenticator: Authenticator,
    checks: Mapping[str, Check],
) -> FastAPI:
    """The routes of the service, and those that operators have in every service."""
    yard = PostgresYard(ground.pool, service.views)
    edge = Edge.of(
        ground.settings,
        store=ground.store,
        clock=ground.clock,
        access={**service.access, **parking.ACCESS},
        scope=service.scope,
        vocabularies=service.vocabularies,
        gate=Gate(service.access_group, yard) if service.access_group else None,
    )
    return create_app(
        ground.store.source,
        routers=[*service.routers, parking.router],
        edge=edge,
        authenticator=authenticator,
        settings=ground.settings,
        checks=checks,
        parts={
            Vault: ground.vault,
            Lists: Lists(ground.pool, ground.tables),
            Parking: yard,
            **service.parts,
        },
    )


def tame_collector() -> None:
    """What is loaded at start stays: to look at it again and again costs half of the tail.

    It costs a rebuild a third of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
