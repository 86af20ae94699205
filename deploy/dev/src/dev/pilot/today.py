"""One candidate of today, and the mail that the desk gets about the case."""

import email
import email.policy
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

from dev.pilot.api import Api
from dev.pilot.cast import Cast
from dev.pilot.inputs import PROGRAMME
from dev.pilot.player import Story
from dev.pilot.record import Answer, Attempt, Record, Referral, Screening
from dev.process import until
from events.occurrence import CIVIL_TIME
from programmes import load

HOSPITAL = 7
MAIL_SECONDS = 60


def candidate() -> Record:
    """Found, offered, accepted, referred and let in, all today."""
    today = datetime.now(CIVIL_TIME).date()
    criteria = load().current(PROGRAMME, today).criteria_on(today)
    day = today.isoformat()
    yes = Answer(kind="accepted", on=day, reasons=("clear-need",), consent="spoken")
    attempt = Attempt(on=day, channel="phone", by_function="contact-person", answer=yes)
    screening = Screening(
        on=day,
        decision="accepted",
        assessments={criterion.code: "yes" for criterion in criteria.criteria},
    )
    return Record(
        id=f"today-{uuid.uuid4().hex[:8]}",
        organisation=HOSPITAL,
        incident=day,
        identified=day,
        attempts=(attempt,),
        referral=Referral(on=day, source="hospital", screening=screening),
    )


async def play_today(
    api: Api, cast: Cast, mails: Callable[[], Sequence[Path]]
) -> tuple[UUID, EmailMessage]:
    """The case, and the mail about it once it has arrived; the one that names the case."""
    key = await Story(api, cast, candidate()).play()
    found: list[EmailMessage] = []

    def arrived() -> bool:
        found[:] = [mail for path in mails() if str(key) in text(mail := _read(path))]
        return bool(found)

    await until(arrived, MAIL_SECONDS, "the desk got no mail about the new case")
    return key, found[0]


def _read(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), EmailMessage, policy=email.policy.default)


def text(mail: EmailMessage) -> str:
    """The plain part as people read it."""
    plain = mail.get_body(preferencelist=("plain",))
    return "" if plain is None else str(plain.get_content())
