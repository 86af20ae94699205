"""Durable work: sends a queued message by SMTP, so that at most one delivery is repeated."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from aiosmtplib import SMTPDataError, SMTPRecipientRefused

from events.commands import Cause, execute
from events.occurrence import Occurred
from events.store import AlreadyDone, Store, Work, WriteSet
from kit.clock import Clock
from kit.peers import Peers
from notifications.mail import Mailer
from notifications.message.decider import (
    MESSAGE,
    ConfirmDelivery,
    DeferDelivery,
    FailMessage,
    MessageCommand,
    StartDelivery,
    Status,
)
from notifications.message.events import Reached
from programmes.loader import Programmes
from programmes.notification import Mail, Notification

PERMANENT = 500
"""SMTP replies from here on are final; lower ones ask to try again."""


class To(NamedTuple):
    """Addresses, and whose they are."""

    whose: Reached | None
    addresses: Sequence[str]


@dataclass(frozen=True, slots=True)
class Delivery:
    """The addresses are asked for at the moment of sending and kept nowhere.

    A mail for the owner of a deadline falls to the backup, then to the desk; one for the backup to
    the desk.

    That a delivery starts is recorded before the text is handed over: after a crash in between its
    outcome is unknown, and the decider allows one repetition, which has the same Message-ID.
    """

    store: Store
    programmes: Programmes
    peers: Peers
    mailer: Mailer
    clock: Clock

    async def send(self, work: Work) -> None:
        if await self._over(work):
            return
        programme, notification, mail = await self._written(work)
        named = await self._named(work, notification)
        try:
            if not (named.addresses and await self._taken(work, mail, named)):
                await self._deliver(work, mail, await self._desk(work, programme))
        except (SMTPRecipientRefused, SMTPDataError) as error:
            await self._refused(work, error)

    async def _taken(self, work: Work, mail: Mail, to: To) -> bool:
        """False where all are refused for good: then it is the desk's to know."""
        try:
            await self._deliver(work, mail, to)
        except SMTPRecipientRefused as error:
            if error.code < PERMANENT:
                raise
            return False
        return True

    async def _deliver(self, work: Work, mail: Mail, to: To) -> None:
        content = self.mailer.compose(to.addresses, _stream(work), mail)
        async with self.mailer.ready(to.addresses, content) as hand_over:
            await self._record(work, StartDelivery(occurred=self._now()))
            if await self._over(work):
                return
            await hand_over()
            await self._confirm(work, to.whose)

    async def _confirm(self, work: Work, reached: Reached | None) -> None:
        """It was sent, also where a rival delivery failed meanwhile and ended the work."""
        confirm = ConfirmDelivery(reached=reached, occurred=self._now())
        try:
            await self._record(work, confirm, done=True)
        except AlreadyDone:
            await self._record(work, confirm)

    async def _written(self, work: Work) -> tuple[str, Notification, Mail]:
        """The programme, what it says of the mail, and the mail."""
        history = await self.store.history(work.key)
        definition = self.programmes.of(history)
        message = MESSAGE.state(history, _stream(work))
        notification = definition.notification(message.template)
        if notification is None:
            raise LookupError(f"programme {definition.code} has no template {message.template}")
        about = {"caseId": str(work.key), "programme": definition.code}
        mail = notification.mail(definition.language).filled({**message.values, **about})
        return definition.code, notification, mail

    async def _named(self, work: Work, notification: Notification) -> To:
        """Those of the case team whose it is to know; no address where it is the desk's."""
        role = notification.recipient_role
        if role == "desk":
            return To(Reached.DESK, [])
        path = f"/v1/cases/{work.key}/deadlines/{notification.policy}/recipients"
        found = await self.peers.get("scheduling", path, work.metadata.correlation_id)
        told = found.get("ownerIs") if role == "owner" else role
        return To(_known(told), found[role])

    async def _desk(self, work: Work, programme: str) -> To:
        path = f"/v1/programmes/{programme}/desk"
        desk = await self.peers.get("intake", path, work.metadata.correlation_id)
        return To(Reached.DESK, [desk["email"]])

    async def _over(self, work: Work) -> bool:
        """Whether there is nothing left to send; the work item is finished then."""
        message = MESSAGE.state(await self.store.history(work.key), _stream(work))
        if message.status not in (Status.SENT, Status.FAILED):
            return False
        await self.store.append(WriteSet(done=[work.id]))
        return True

    async def _refused(self, work: Work, error: SMTPRecipientRefused | SMTPDataError) -> None:
        """Certainly not taken: for good, or until later; only a delivery that began is deferred."""
        reason = f"smtp-{error.code}"
        if error.code >= PERMANENT:
            await self._record(work, FailMessage(reason=reason, occurred=self._now()), done=True)
            return
        if isinstance(error, SMTPDataError):
            await self._record(work, DeferDelivery(reason=reason, occurred=self._now()))
        raise error

    async def _record(self, work: Work, command: MessageCommand, *, done: bool = False) -> None:
        beside = WriteSet(done=[work.id] if done else [])
        cause = Cause(metadata=work.metadata, beside=beside)
        await execute(self.store, MESSAGE, work.key, command, cause, stream=_stream(work))

    def _now(self) -> Occurred:
        return Occurred.instant(self.clock())


def _known(whose: str | None) -> Reached | None:
    """A scheduling of another version may not say it, or say what nobody here knows."""
    return Reached(whose) if whose in set(Reached) else None


def _stream(work: Work) -> UUID:
    return UUID(work.data["message"])
