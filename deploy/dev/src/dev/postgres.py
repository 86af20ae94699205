"""A PostgreSQL server of our own on one machine, from the programs of a wheel."""

import asyncio
import secrets
import signal
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from dev.failure import NotStarted
from dev.port import LOOPBACK, free_port, require_free
from dev.process import LOOK_SECONDS, Process
from dev.unprivileged import Home, home

SUPERUSER = "postgres"
ATTEMPTS = 3
RESTART_SECONDS = 30
PLAIN = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
LOCALE = [
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
]
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
}
# For tests: what is committed survives a killed server, though not a machine that loses its power.
FORGETFUL = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `process` lets tests kill, pause and restart it."""

    process: Process
    port: int
    password: str

    def url(self, database: str = "postgres") -> str:
        return _url(SUPERUSER, self.password, self.port, database)

    async def create_database(self, name: str) -> str:
        """Makes a database that a role of the same name owns, and gives its address."""
        password = secrets.token_urlsafe(24)
        connection = await asyncpg.connect(self.url())
        try:
            await connection.execute(f"create role \"{name}\" login password '{password}'")
            await connection.execute(f'create database "{name}" owner "{name}"')
            await connection.execute(f'revoke all on database "{name}" from public')
        finally:
            await connection.close()
        return _url(name, password, self.port, name)

    async def drop_database(self, name: str) -> None:
        connection = await asyncpg.connect(self.url())
        try:
            await connection.execute(f'drop database if exists "{name}" with (force)')
            await connection.execute(f'drop role if exists "{name}"')
        finally:
            await connection.close()

    async def restart(self) -> None:
        """Up again after a stop or a kill: same port, same data.

        After a kill its children hold the data until they notice, and a start is refused.
        """
        deadline = time.monotonic() + RESTART_SECONDS
        while True:
            self.process.start()
            try:
                await self.ready()
            except NotStarted:
                if self.process.running or time.monotonic() > deadline:
                    raise
                await asyncio.sleep(LOOK_SECONDS)
            else:
                return

    async def ready(self) -> None:
        await self.process.ready(self._accepts, 60)

    async def _accepts(self) -> bool:
        try:
            connection = await asyncpg.connect(self.url(), timeout=5)
        except (OSError, asyncpg.PostgresError):
            return False
        await connection.close()
        return True


def _url(user: str, password: str, port: int, database: str) -> str:
    return f"postgresql://{user}:{password}@{LOOPBACK}:{port}/{database}"


@asynccontextmanager
async def postgres(
    folder: Path,
    *,
    port: int = 0,
    durable: bool = True,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Server]:
    """Makes a cluster, serves it on the port (0: a free one), stops it and removes the data."""
    if port:
        require_free(port, "PostgreSQL")
    with home(folder) as place:
        password = await _initialise(place, folder, durable=durable)
        wanted = SETTINGS | ({} if durable else FORGETFUL) | dict(settings or {})
        server = await _start(place, folder, port, password, wanted)
        try:
            yield server
        finally:
            await server.process.stop()


async def _initialise(place: Home, folder: Path, *, durable: bool) -> str:
    password = secrets.token_urlsafe(24)
    secret = place.data / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    place.give(secret)
    access = ["--auth=scram-sha-256", f"--username={SUPERUSER}", f"--pwfile={secret}"]
    options = access if durable else [*access, "--no-sync"]
    initdb = _process(place, folder, "initdb", [*options, *LOCALE])
    try:
        await initdb.finish()
    finally:
        secret.unlink()
    return password


async def _start(
    place: Home, folder: Path, port: int, password: str, settings: Mapping[str, str]
) -> Server:
    """With a free port, another one is tried when somebody took it meanwhile."""
    for attempt in range(ATTEMPTS):
        chosen = port or free_port()
        options = [f"--{name}={value}" for name, value in {**settings, "port": chosen}.items()]
        server = Server(_process(place, folder, "postgres", options), chosen, password)
        server.process.start()
        try:
            await server.ready()
        except BaseException as failure:
            await server.process.stop()
            last = port or attempt == ATTEMPTS - 1 or not isinstance(failure, NotStarted)
            if last or "in use" not in server.process.log.read_text():
                raise
        else:
            return server
    raise AssertionError


def _process(place: Home, folder: Path, program: str, options: list[str]) -> Process:
    # A fast shutdown, also when we die: it ends all sessions, and what is committed stays.
    return Process(
        name=program,
        command=[place.programs / "bin" / program, "-D", place.data / "cluster", *options],
        folder=place.data,
        log=folder / "postgres.log",
        environment=PLAIN,
        user=place.user,
        end=signal.SIGINT,
        orphaned=signal.SIGINT,
    )
