"""The servers that the services stand on: our own, or those whose address the environment gives."""

import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dev.failure import NotStarted
from dev.issuer import address, refuse_in_production
from dev.kafka import Broker, kafka
from dev.port import LOOPBACK, answers, free_port
from dev.postgres import Server, postgres
from dev.process import Process

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Databases:
    """An address per service; no server where all of them were given."""

    server: Server | None
    urls: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    url: str
    folder: Path
    process: Process | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who signs tokens; `folder` holds the key, which a foreign issuer keeps to itself."""

    name: str
    jwks: str
    service_tokens: dict[str, Path]
    folder: Path | None
    process: Process | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    databases: Databases
    kafka: str
    broker: Broker | None
    mail: Mail
    issuer: Issuer


@asynccontextmanager
async def servers(
    folder: Path,
    services: Sequence[str],
    database: Mapping[str, str] | None,
    *,
    environment: str,
    durable: bool,
    say: Say,
) -> AsyncIterator[Servers]:
    """Starts what no address is given for, and stops it in reverse order.

    `database` are settings of the PostgreSQL that is started.
    """
    if not os.environ.get("JWKS_URL"):
        refuse_in_production(environment)
    async with AsyncExitStack() as stack:
        start = partial(postgres, folder, durable=durable, settings=database)
        databases = await _databases(stack, services, start, say)
        broker = None
        if not os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
            say("starting Kafka")
            broker = await stack.enter_async_context(kafka(folder))
        say("starting mailbox and token issuer")
        yield Servers(
            databases=databases,
            kafka=broker.bootstrap if broker else os.environ["KAFKA_BOOTSTRAP_SERVERS"],
            broker=broker,
            mail=await _mail(stack, folder),
            issuer=await _issuer(stack, folder, services),
        )


async def _databases(
    stack: AsyncExitStack,
    services: Sequence[str],
    start: Callable[[], AbstractAsyncContextManager[Server]],
    say: Say,
) -> Databases:
    given = {name: os.environ.get(f"DATABASE_URL_{name.upper()}") for name in services}
    urls = {name: url for name, url in given.items() if url}
    if len(urls) == len(services):
        return Databases(server=None, urls=urls)
    say("starting PostgreSQL")
    server = await stack.enter_async_context(start())
    for name in services:
        if name not in urls:
            urls[name] = await server.create_database(name)
    return Databases(server=server, urls=urls)


async def _mail(stack: AsyncExitStack, folder: Path) -> Mail:
    place = folder / "mail"
    place.mkdir()
    if url := os.environ.get("SMTP_URL"):
        return Mail(url=url, folder=place, process=None)
    port = free_port()
    options = [f"--port={port}", f"--folder={place}"]
    process = await stack.enter_async_context(_module(folder, "mailbox", options, port))
    return Mail(url=f"smtp://{LOOPBACK}:{port}", folder=place, process=process)


async def _issuer(stack: AsyncExitStack, folder: Path, services: Sequence[str]) -> Issuer:
    if jwks := os.environ.get("JWKS_URL"):
        return _foreign_issuer(jwks, services)
    port, place = free_port(), folder / "issuer"
    options = [f"--port={port}", f"--folder={place}", *(f"--service={name}" for name in services)]
    process = await stack.enter_async_context(_module(folder, "issuer", options, port))
    return Issuer(
        name=address(port),
        jwks=f"{address(port)}/jwks.json",
        service_tokens={name: place / f"{name}.jwt" for name in services},
        folder=place,
        process=process,
    )


def _foreign_issuer(jwks: str, services: Sequence[str]) -> Issuer:
    try:
        name, token = os.environ["OIDC_ISSUER"], Path(os.environ["SERVICE_TOKEN_FILE"])
    except KeyError as missing:
        raise NotStarted(
            f"JWKS_URL names an issuer of your own; {missing.args[0]} is needed beside it."
        ) from None
    tokens = dict.fromkeys(services, token)
    return Issuer(name=name, jwks=jwks, service_tokens=tokens, folder=None, process=None)


@asynccontextmanager
async def _module(
    folder: Path, name: str, options: Sequence[str], port: int
) -> AsyncIterator[Process]:
    """A server of this package in a process of its own, so that tests can take it away."""
    process = Process(
        name=name,
        command=[sys.executable, "-m", f"dev.{name}", *options],
        folder=folder,
        log=folder / f"{name}.log",
        environment=dict(os.environ),
    )
    process.start()
    try:
        await process.ready(lambda: answers(port), 30)
        yield process
    finally:
        await process.stop()
