"""A mail, and the SMTP conversation that hands it over: up to the text, and the text."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.utils import format_datetime
from operator import attrgetter
from urllib.parse import unquote, urlsplit
from uuid import UUID

from aiosmtplib import SMTP, SMTPRecipientRefused

from kit.clock import Clock
from programmes.notification import Mail

TIMEOUT_SECONDS = 15


class Mailer:
    """Speaks to the server at an `smtp://` or `smtps://` URL, which may name a user."""

    def __init__(self, url: str, sender: str, clock: Clock) -> None:
        self._url = urlsplit(url)
        self._sender = sender
        self._clock = clock

    def compose(self, recipients: Sequence[str], message: UUID, mail: Mail) -> EmailMessage:
        """The Message-ID follows from the message, so a repetition is known as one."""
        content = EmailMessage()
        content["From"] = self._sender
        content["To"] = ", ".join(recipients)
        content["Subject"] = mail.subject
        content["Date"] = format_datetime(self._clock())
        content["Message-ID"] = f"<{message}@{self._sender.rpartition('@')[2]}>"
        content["Auto-Submitted"] = "auto-generated"
        content.set_content(mail.text, cte="quoted-printable")
        return content

    @asynccontextmanager
    async def ready(
        self, recipients: Sequence[str], content: EmailMessage
    ) -> AsyncIterator[Callable[[], Awaitable[object]]]:
        """Goes as far as the server's leave to send; what it gives hands the text over.

        Raises SMTPRecipientRefused where the server takes none of them.
        """
        async with self._client() as client:
            await client.mail(self._sender)
            await _address(client, recipients)
            yield lambda: client.data(content.as_bytes())

    def _client(self) -> SMTP:
        user, password = self._url.username, self._url.password
        return SMTP(
            hostname=self._url.hostname,
            port=self._url.port,
            username=unquote(user) if user else None,
            password=unquote(password) if password else None,
            use_tls=self._url.scheme == "smtps",
            timeout=TIMEOUT_SECONDS,
        )


async def _address(client: SMTP, recipients: Sequence[str]) -> None:
    """Whoever is refused does not keep it from the others; one may be taken later if any may."""
    refusals: list[SMTPRecipientRefused] = []
    for recipient in recipients:
        try:
            await client.rcpt(recipient)
        except SMTPRecipientRefused as refused:
            refusals.append(refused)
    if len(refusals) == len(recipients):
        raise min(refusals, key=attrgetter("code"))
