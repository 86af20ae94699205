"""The whole of Leidraad on one machine: its servers, and the services as processes."""

import asyncio
import base64
import os
import secrets
import shlex
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import httpx
import orjson

from dev.failure import NotStarted
from dev.issuer import ENVIRONMENT
from dev.key import AUDIENCE, read_key, sign
from dev.machine import require_room
from dev.port import LOOPBACK, free_port, require_free
from dev.process import Process
from dev.run import run_folder
from dev.servers import Say, Servers, servers
from dev.terminal import run
from kit.settings import PREFIX

PORTS = {
    "intake": 8001,
    "casefile": 8002,
    "scheduling": 8003,
    "notifications": 8004,
    "analytics": 8005,
}
FREE = dict.fromkeys(PORTS, 0)
ALL = "all"
COMMAND_SECONDS = 120
READY_SECONDS = 90
MASTER_KEY = "LEIDRAAD_MASTER_KEY"
DOCUMENTS = "LEIDRAAD_DOCUMENTS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What runs; tests stop, kill and restart each process of it by service and kind."""

    folder: Path
    servers: Servers
    ports: Mapping[str, int]
    settings: Mapping[str, str]
    processes: dict[tuple[str, str], Process] = field(default_factory=dict)
    metrics: dict[tuple[str, str], int] = field(default_factory=dict)

    def url(self, service: str) -> str:
        return f"http://{LOOPBACK}:{self.ports[service]}"

    def token(
        self, role: str, *, subject: UUID | None = None, organisation: UUID | None = None
    ) -> str:
        issuer = self.servers.issuer
        if issuer.folder is None:
            raise NotStarted(f"Only {issuer.name} can make tokens; the stack did not start it.")
        key = read_key(issuer.folder)
        return sign(key, issuer.name, role, subject=subject, organisation=organisation)

    def mails(self) -> list[Path]:
        """All messages that arrived, in the order of arrival."""
        return sorted(self.servers.mail.folder.glob("*.eml"))

    async def migrate(self, service: str) -> None:
        await self.run(service, "migrate")

    async def run(self, service: str, *arguments: str, seconds: float = COMMAND_SECONDS) -> None:
        """A command of a service that ends by itself, like `migrate` or `rebuild`."""
        await self._process(service, arguments[0], arguments, service, {}).finish(seconds)

    async def start(
        self,
        service: str,
        kind: str = ALL,
        *,
        module: str | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> Process:
        """Starts `all` or one of `api`, `relay`, `consume`, and waits until it is ready.

        Started again it keeps its ports; `module` and `settings` hold for this start alone.
        """
        process = self.launch(service, kind, module=module, settings=settings)
        await process.ready(lambda: _ready(self.address(service, kind)), READY_SECONDS)
        return process

    def launch(
        self,
        service: str,
        kind: str = ALL,
        *,
        module: str | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> Process:
        """Starts it and waits for nothing; `consume.2` is one more of the kind `consume`."""
        known = self.processes.get((service, kind))
        if known is not None and known.running:
            raise NotStarted(f"{known.name} runs already.")
        command = (kind.partition(".")[0],)
        process = self._process(service, kind, command, module or service, settings or {})
        self.processes[service, kind] = process
        process.start()
        return process

    def address(self, service: str, kind: str) -> str:
        """Where a process says that it is ready: the port of the API, else that of its metrics."""
        if kind in (ALL, "api"):
            return self.url(service)
        return f"http://{LOOPBACK}:{self._metrics_port(service, kind)}"

    async def stop(self, service: str, kind: str = ALL) -> None:
        await self.processes[service, kind].stop()

    async def kill(self, service: str, kind: str = ALL) -> None:
        await self.processes[service, kind].kill()

    async def stop_all(self) -> None:
        await asyncio.gather(*(process.stop() for process in self.processes.values()))

    def write_settings(self) -> None:
        """A file for each service, by which a shell knows its settings; removed with the run."""
        place = self.folder / "settings"
        place.mkdir(mode=0o700)
        for service in self.ports:
            given = {**self._environment(service, ALL), **self.settings}
            own = (f"{k}={shlex.quote(v)}" for k, v in given.items() if k.startswith(PREFIX))
            (place / service).write_text("".join(f"export {setting}\n" for setting in own))

    def _metrics_port(self, service: str, kind: str) -> int:
        """Chosen once: each port that is asked for stays taken as long as we live."""
        if (service, kind) not in self.metrics:
            self.metrics[service, kind] = free_port()
        return self.metrics[service, kind]

    def _process(
        self,
        service: str,
        kind: str,
        arguments: tuple[str, ...],
        module: str,
        settings: Mapping[str, str],
    ) -> Process:
        name = service if kind in (ALL, "migrate") else f"{service}.{kind}"
        return Process(
            name=name,
            command=[sys.executable, "-m", module, *arguments],
            folder=self.folder,
            log=self.folder / f"{name}.log",
            environment={**self._environment(service, kind), **self.settings, **settings},
        )

    def _environment(self, service: str, kind: str) -> dict[str, str]:
        issuer = self.servers.issuer
        peers = {name: self.url(name) for name in self.ports}
        return {
            **os.environ,
            "LEIDRAAD_DATABASE_URL": self.servers.databases.urls[service],
            "LEIDRAAD_KAFKA": self.servers.kafka,
            "LEIDRAAD_HTTP_PORT": str(self.ports[service]),
            "LEIDRAAD_METRICS_PORT": str(self._metrics_port(service, kind)),
            "LEIDRAAD_JWKS_URL": issuer.jwks,
            "LEIDRAAD_ISSUER": issuer.name,
            "LEIDRAAD_AUDIENCE": AUDIENCE,
            "LEIDRAAD_SERVICE_TOKEN_FILE": str(issuer.service_tokens[service]),
            "LEIDRAAD_SMTP_URL": self.servers.mail.url,
            "LEIDRAAD_PEERS": orjson.dumps(peers).decode(),
        }


@asynccontextmanager
async def stack(
    name: str,
    *,
    ports: Mapping[str, int] = PORTS,
    environment: str | None = None,
    durable: bool = True,
    kinds: Sequence[str] = (ALL,),
    settings: Mapping[str, str] | None = None,
    database: Mapping[str, str] | None = None,
    say: Say = print,
) -> AsyncIterator[Stack]:
    """Servers, and of each service these kinds, ready; a port of 0 is a free one; then nothing."""
    _require_free(ports)
    environment = environment or os.environ.get(ENVIRONMENT, "development")
    with run_folder(name) as folder:
        require_room(folder)
        async with servers(
            folder, list(ports), database, environment=environment, durable=durable, say=say
        ) as started:
            whole = Stack(
                folder=folder,
                servers=started,
                ports={service: port or free_port() for service, port in ports.items()},
                settings={
                    ENVIRONMENT: environment,
                    DOCUMENTS: _documents(folder),
                    MASTER_KEY: _master_key(started, say),
                    **(settings or {}),
                },
            )
            try:
                await _start_all(whole, kinds, say)
                yield whole
            finally:
                await whole.stop_all()


def _require_free(ports: Mapping[str, int]) -> None:
    for service, port in ports.items():
        if port:
            require_free(port, service)


def _master_key(started: Servers, say: Say) -> str:
    given = os.environ.get(MASTER_KEY)
    if given is None and started.databases.server is None:
        say(f"{MASTER_KEY} is not set: what the vaults take in can be read in this run only")
    return given or base64.b64encode(secrets.token_bytes(32)).decode()


def _documents(folder: Path) -> str:
    """Where the bytes of documents lie: beneath the folder of the run, if nothing else is named."""
    if given := os.environ.get(DOCUMENTS):
        return given
    place = folder / "documents"
    place.mkdir(mode=0o700, exist_ok=True)
    return str(place)


async def _start_all(whole: Stack, kinds: Sequence[str], say: Say) -> None:
    async def start(service: str) -> None:
        await whole.migrate(service)
        for kind in kinds:
            await whole.start(service, kind)

    say(f"starting {', '.join(whole.ports)}")
    whole.write_settings()
    try:
        async with asyncio.TaskGroup() as group:
            for service in whole.ports:
                group.create_task(start(service))
    except ExceptionGroup as failures:
        # One sentence is enough: what failed first, or the first of those that failed together.
        raise failures.exceptions[0] from None


async def _ready(address: str) -> bool:
    async with httpx.AsyncClient(timeout=5, trust_env=False, verify=False) as client:  # noqa: S501 - it is no HTTPS, and to read all certificates takes 50 ms
        try:
            answer = await client.get(f"{address}/readyz")
        except httpx.HTTPError:
            return False
    return answer.is_success


async def main() -> int:
    async with stack("dev") as whole:
        for service in whole.ports:
            print(f"{service:14} {whole.url(service)}/openapi.json")
        print(f"logs and mail: {whole.folder}; Ctrl-C ends it", flush=True)
        try:
            await until_one_ends(whole)
        except asyncio.CancelledError:
            print("stopping", flush=True)
            return 0
    return 1


async def until_one_ends(whole: Stack) -> None:
    while True:
        for process in whole.processes.values():
            if not process.running:
                raise NotStarted(f"{process.name} ended: {process.last_words()}")
        await asyncio.sleep(1)


if __name__ == "__main__":
    sys.exit(run(main()))
