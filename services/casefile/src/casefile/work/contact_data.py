"""Durable work: fetches the client's contact data from intake into casefile's own vault."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from uuid import uuid5

from casefile.case.decider import CASE, CaseCommand, Status
from casefile.case.events import ContactDataReceived, ContactDataRefused
from casefile.consent.decider import CONSENT, CONTACT_DATA, has_ended
from events.commands import Cause, Gather, History, execute
from events.occurrence import Occurred
from events.store import Erased, Sealed, Store, Work, WriteSet
from events.vault import Vault
from kit.clock import Clock
from kit.peers import PeerRefused, Peers

FINAL = {HTTPStatus.CONFLICT, HTTPStatus.GONE}
"""No consent stands, or the person was erased; anything else may be otherwise later."""
WITHDRAWN = "consent-withdrawn"
NOT_FOR_GOOD = (None, WITHDRAWN, "no-contact-consent")
"""What consent that is given again may change: `no-contact-consent` is intake's own word."""


class Withdrawn(Exception):
    """Consent to have them ended before they were stored."""


@dataclass(frozen=True, slots=True)
class ContactData:
    """Asks intake until it answers; a refusal becomes an event.

    What was refused for want of consent, here or in intake, is asked for again when consent is
    given. A case that did not open yet asks for itself when it opens.
    """

    store: Store
    vault: Vault
    peers: Peers
    clock: Clock

    async def fetch(self, work: Work) -> None:
        history = await self.store.history(work.key)
        case = CASE.state(history, work.key)
        if case.status is Status.NEW or case.contact or case.contact_refused not in NOT_FOR_GOOD:
            await self.store.append(WriteSet(done=[work.id]))
            return
        if has_ended(CONTACT_DATA, history, work.key):
            await self._refuse(work, WITHDRAWN)
            return
        path = f"/v1/referrals/{work.key}/contact-data"
        try:
            found = await self.peers.get("intake", path, work.metadata.correlation_id)
            await self._keep(work, {name: v for name, v in found.items() if v is not None})
        except PeerRefused as refused:
            if refused.status not in FINAL:
                raise
            await self._refuse(work, refused.code)
        except Erased:
            await self._refuse(work, "erased")
        except Withdrawn:
            await self._refuse(work, WITHDRAWN)

    async def _keep(self, work: Work, fields: dict[str, str]) -> None:
        """In one write with a look at the consents, which may have begun a moment ago."""
        record = uuid5(work.id, "contact-data")

        def received(history: History) -> ContactDataReceived:
            if has_ended(CONTACT_DATA, history, work.key):
                raise Withdrawn
            contact = CASE.state(history, work.key).contact or record
            return ContactDataReceived(contact=contact, occurred=self._now())

        sealed = await self.vault.seal(work.key, record, fields)
        await self._finish(work, received, sealed)

    async def _refuse(self, work: Work, reason: str) -> None:
        refusal = ContactDataRefused(reason=reason, occurred=self._now())
        await self._finish(work, refusal)

    async def _finish(
        self,
        work: Work,
        told: ContactDataRefused | Gather[CaseCommand],
        sealed: Sequence[Sealed] = (),
    ) -> None:
        cause = Cause(
            metadata=work.metadata,
            beside=WriteSet(vault=sealed, done=[work.id]),
            looks_at=[CONSENT.beside(work.key)],
        )
        await execute(self.store, CASE, work.key, told, cause)

    def _now(self) -> Occurred:
        return Occurred.instant(self.clock())
