"""Durable work: fetches the client's contact data from intake into casefile's own vault."""

from http import HTTPStatus
from uuid import uuid5

from casefile.case.decider import CASE
from casefile.case.events import ContactDataReceived, ContactDataRefused
from casefile.consent.decider import CONTACT_DATA, has_ended
from events.commands import Cause, execute
from events.occurrence import Occurred
from events.store import Erased, Store, Work, WriteSet
from events.vault import Vault
from events.work import Handle
from kit.clock import Clock
from kit.peers import PeerRefused, Peers

FINAL = {HTTPStatus.CONFLICT, HTTPStatus.GONE}
"""No consent stands, or the person was erased; anything else may be otherwise later."""


def contact_data_fetcher(store: Store, vault: Vault, peers: Peers, clock: Clock) -> Handle:
    """Asks intake until it answers; a refusal for good becomes an event."""

    async def fetch(work: Work) -> None:
        if has_ended(CONTACT_DATA, await store.history(work.key), work.key):
            await refuse(work, "consent-withdrawn")
            return
        path = f"/v1/referrals/{work.key}/contact-data"
        try:
            found = await peers.get("intake", path, work.metadata.correlation_id)
        except PeerRefused as refused:
            if refused.status not in FINAL:
                raise
            await refuse(work, refused.code)
            return
        record = uuid5(work.id, "contact-data")
        fields = {name: value for name, value in found.items() if value is not None}
        try:
            sealed = await vault.seal(work.key, record, fields)
        except Erased:
            await refuse(work, "erased")
            return
        received = ContactDataReceived(contact=record, occurred=Occurred.instant(clock()))
        await finish(work, received, WriteSet(vault=sealed, done=[work.id]))

    async def refuse(work: Work, reason: str) -> None:
        refusal = ContactDataRefused(reason=reason, occurred=Occurred.instant(clock()))
        await finish(work, refusal, WriteSet(done=[work.id]))

    async def finish(
        work: Work, told: ContactDataReceived | ContactDataRefused, beside: WriteSet
    ) -> None:
        await execute(store, CASE, work.key, told, Cause(metadata=work.metadata, beside=beside))

    return fetch
