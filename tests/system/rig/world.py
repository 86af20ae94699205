"""The running stack with its users: what a system test is given."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID, uuid4

import httpx

from checker.rules import Rules
from dev.process import Process, until
from dev.stack import ALL, Stack
from programmes import Programmes
from rig.caller import BUSY_SECONDS, Caller
from rig.ledger import Ledger

SECONDS = 120.0
"""Nothing that the system does by itself may take longer than this in a test."""
PROGRAMME = "medical-incidents"
FIGURES = "invented-figures"
LONG_LIABILITY, DECLINED, BEREAVED = "long-liability", "declined-twice", "bereaved"
COURSES, ONE_STEP_MORE = "other-courses", "one-step-more"
COPIES = (FIGURES, LONG_LIABILITY, DECLINED, BEREAVED, COURSES, ONE_STEP_MORE)
"""Copies of the first programme for tests that count everything: nothing else goes on in one."""
MEDIATED = """\
      - code: mediated
        publishes: liability-mediated
        nl: bemiddeld
        en: mediated
        source: constructed
        after: [{step: claim-filed}]
        outcomes:
          - {code: agreed, nl: eens, en: agreed, source: constructed}
          - {code: unknown, nl: onbekend, en: unknown, source: constructed}
        fields:
          - {code: sittings, type: days, nl: dagen overleg, en: days of talks, source: constructed}
          - {code: cost, type: euro, published: false, nl: kosten, en: cost, source: constructed}
"""
"""The step of liability that one of the copies has more."""
BEGAN = "2018-07-01"
ENTRY = "rig.entry"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    stack: Stack
    client: httpx.AsyncClient
    programmes: Programmes
    rules: Mapping[str, Rules]
    """What must follow from the log of each service, for the checker."""
    patience: float = 0
    foreign: set[str] = field(default_factory=set)
    """Ids of messages that tests put on topics, and no service."""
    ledger: Ledger = field(default_factory=Ledger)
    """What all users were told, for the checker."""
    seen: dict[str, list[tuple[int, UUID]]] = field(default_factory=dict)
    """What a reader who goes along with the log of each service was given."""

    @property
    def patient(self) -> "World":
        """With users who repeat what was not answered, because services go down and up."""
        return replace(self, patience=SECONDS)

    @property
    def busy(self) -> "World":
        """With users who repeat for a moment what was not answered in time, and no longer."""
        return replace(self, patience=BUSY_SECONDS)

    def caller(self, role: str, *, organisation: UUID | None = None) -> Caller:
        """Somebody new in this role."""
        subject = uuid4()
        return Caller(
            client=self.client,
            ledger=self.ledger,
            urls={service: self.stack.url(service) for service in self.stack.ports},
            token=self.stack.token(role, subject=subject, organisation=organisation),
            id=subject,
            organisation=organisation,
            patience=self.patience,
        )

    async def register(self, kind: str, programme: str, name: str, email: str) -> UUID:
        body = {"programme": programme, "kind": kind, "name": name, "email": email}
        desk = self.caller("desk")
        written = await desk.write("intake", "/v1/organisations", body | {"occurredAt": BEGAN})
        return UUID(written["id"])

    async def hospital(self, programme: str = PROGRAMME) -> Caller:
        """Somebody who refers for a new hospital."""
        name = f"hospital-{uuid4().hex[:8]}"
        id_ = await self.register("hospital", programme, name, f"{name}@example.org")
        return self.caller("referrer", organisation=id_)

    def database(self, service: str) -> str:
        return self.stack.servers.databases.urls[service]

    def mails(self) -> list[str]:
        return [path.read_text() for path in self.stack.mails()]

    @asynccontextmanager
    async def instead(
        self, service: str, settings: Mapping[str, str], *, kind: str = ALL
    ) -> AsyncIterator[Process]:
        """Runs a service from the entry with fail-points; at the end all is as it was before."""
        await self.stack.stop(service)
        try:
            given = {"RIG_SERVICE": service, **settings}
            yield await self.stack.start(service, kind, module=ENTRY, settings=given)
        finally:
            await self.restored(service, kind)

    async def restored(self, service: str, kind: str = ALL) -> None:
        """Ends what stands in for a service, and starts the service itself."""
        await self.stack.stop(service, kind)
        await self.stack.start(service)


async def eventually(
    condition: Callable[[], bool] | Callable[[], Awaitable[bool]],
    complaint: str,
    seconds: float = SECONDS,
) -> None:
    await until(condition, seconds, complaint)


async def never(condition: Callable[[], Awaitable[bool]], seconds: float) -> bool:
    """Whether the condition stayed false all the time: for what must not happen."""
    deadline = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < deadline:
        if await condition():
            return False
        await asyncio.sleep(0.1)
    return True


def define(shipped: Path, folder: Path) -> None:
    """The shipped definitions, and the first one again under the codes of the copies.

    One of the copies has a step more than what is shipped.
    """
    for path in shipped.glob("*.yaml"):
        text = path.read_text()
        (folder / path.name).write_text(text)
        if f"code: {PROGRAMME}\n" in text:
            for code in COPIES:
                copy = text.replace(f"code: {PROGRAMME}\n", f"code: {code}\n")
                more = _with_one_step_more(copy) if code == ONE_STEP_MORE else copy
                (folder / f"{code}.yaml").write_text(more)


def _with_one_step_more(text: str) -> str:
    before, found, after = text.partition("      - {code: insurer-engaged,")
    assert found
    return before + MEDIATED + found + after
