"""What lies outside of the services: each other over HTTP, and a mail server."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from email.message import EmailMessage
from functools import partial
from typing import Any
from uuid import UUID

import httpx
from aiosmtplib import SMTPDataError, SMTPServerDisconnected

from events.memory import MemoryStore
from events.vault import KeyService, Vault
from intake.offer.decider import OFFER
from kit.peers import PeerRefused, Peers, PeerUnavailable
from notifications.mail import Mailer
from simulation.wire import Wire
from simulation.world import World

REFUSED = 0.3
_NO_NETWORK = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(503)))


class SimulatedPeers(Peers):
    """Answers from the log of intake, as its routes do; owners of deadlines are always there."""

    def __init__(self, world: World, intake: MemoryStore, keys: KeyService) -> None:
        super().__init__({}, None, _NO_NETWORK)
        self._intake = intake
        self._vault = Vault(intake, keys)
        self._wire = Wire(world, "intake", PeerUnavailable)

    async def get(
        self,
        peer: str,  # noqa: ARG002 - as peers have it
        path: str,
        correlation_id: UUID,  # noqa: ARG002
        params: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> dict[str, Any]:
        return await self._wire.call(path, partial(self._answer, path))

    async def _answer(self, path: str) -> dict[str, Any]:
        if path.endswith("/desk"):
            return {"email": "desk@example.org"}
        if path.endswith("/recipients"):
            return {"owner": ["owner@example.org"], "ownerIs": "owner", "backup": []}
        case = UUID(path.split("/")[3])
        contact = OFFER.state(await self._intake.history(case), case).contact
        if contact is None:
            raise PeerRefused(409, "no-contact-consent")
        return await self._vault.open(case, contact)


class SimulatedMailer(Mailer):
    """A mail may be refused, or taken while the answer gets lost; `delivered` keeps each.

    In good weather, too, a server may say at the first try that it wants the mail later.
    """

    def __init__(self, world: World, delivered: list[UUID]) -> None:
        super().__init__("smtp://localhost:25", "leidraad@example.org", world.clock)
        self._world = world
        self._delivered = delivered
        self._tried: set[UUID] = set()
        self._wire = Wire(world, "mail", SMTPServerDisconnected)

    @asynccontextmanager
    async def ready(
        self,
        recipients: Sequence[str],  # noqa: ARG002 - as a mailer has it
        content: EmailMessage,
    ) -> AsyncIterator[Callable[[], Awaitable[object]]]:
        async def take() -> None:
            message = UUID(content["Message-ID"][1:37])
            may_wait = self._world.storm or message not in self._tried
            self._tried.add(message)
            if may_wait and self._world.chance.random() < REFUSED:
                raise SMTPDataError(451, "later")
            self._delivered.append(message)
            self._world.note(f"mail {content['Message-ID']} is delivered")

        yield lambda: self._wire.call("data", take)
