"""What clients remember: every try of every write, and what it was told.

    await ledger.tried(asked, send) -> httpx.Response

sends a request and enters it as an `Exchange`; `asked.headers` belong to it, so that all tries of
one request share their correlation id. Who sends in another way enters `unanswered(asked)` first.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import httpx

from casefile.backup.decider import BACKUP
from casefile.consent.decider import CONSENT
from casefile.document.decider import DOCUMENT
from casefile.evaluation.decider import EVALUATION
from casefile.handover.decider import HANDOVER
from casefile.instrument.decider import INSTRUMENT
from casefile.journal.decider import JOURNAL
from casefile.needs.decider import NEEDS
from casefile.origin.decider import ORIGIN
from casefile.persons.decider import PERSONS
from casefile.plan.decider import PLAN
from checker.evidence import Exchange, Refusal, Success
from events.commands import StreamType
from events.store import RequestKey
from intake.referral.decider import REFERRAL
from kit.context import CORRELATION_HEADER
from kit.problems import TYPE
from scheduling.appointment.decider import APPOINTMENT

BESIDE: Mapping[str, StreamType[Any, Any, Any]] = {
    "activities": JOURNAL,
    "agreements": PLAN,
    "appointments": APPOINTMENT,
    "consent-refusals": CONSENT,
    "consent-withdrawals": CONSENT,
    "consents": CONSENT,
    "deaths": PERSONS,
    "documents": DOCUMENT,
    "evaluations": EVALUATION,
    "hand-backs": BACKUP,
    "handovers": HANDOVER,
    "instruments": INSTRUMENT,
    "needs": NEEDS,
    "origins": ORIGIN,
    "persons": PERSONS,
    "referrals-out": NEEDS,
    "takeovers": BACKUP,
}
"""What is told of a case beside its own stream, by the resource under which it is told."""
Send = Callable[[], Awaitable[httpx.Response]]
UNKNOWN = 500
"""From this status on an answer does not say whether anything was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A POST, by whom and for what; sent again it is the same."""

    service: str
    subject: str
    path: str
    key: str
    if_match: str | None = None

    @property
    def request(self) -> RequestKey:
        return RequestKey(subject=self.subject, route=f"POST {self.path}", key=self.key)

    @property
    def correlation_id(self) -> UUID:
        return uuid5(NAMESPACE_URL, f"{self.service} {self.subject} {self.path} {self.key}")

    @property
    def headers(self) -> dict[str, str]:
        own = {"idempotency-key": self.key, CORRELATION_HEADER: str(self.correlation_id)}
        return own | ({"if-match": self.if_match} if self.if_match else {})


@dataclass(slots=True)
class Ledger:
    exchanges: list[Exchange] = field(default_factory=list)
    """In the order in which their ends were known."""

    async def tried(self, asked: Asked, send: Send) -> httpx.Response:
        began, answer = datetime.now(UTC), None
        try:
            answer = await send()
        finally:  # no answer came, or nobody waited for it
            self._enter(asked, began, answer)
        return answer

    def unanswered(self, asked: Asked) -> None:
        self._enter(asked, datetime.now(UTC), None)

    def _enter(self, asked: Asked, began: datetime, answer: httpx.Response | None) -> None:
        told = None if answer is None else told_by(answer)
        exchange = Exchange(
            service=asked.service,
            request=asked.request,
            correlation_id=asked.correlation_id,
            told=told,
            stream=stream_of(asked.path, told.location if isinstance(told, Success) else None),
            expected=_version(asked.if_match),
            began=began,
            ended=datetime.now(UTC),
        )
        self.exchanges.append(exchange)


def told_by(answer: httpx.Response) -> Success | Refusal | None:
    """None where the outcome is not known."""
    status = answer.status_code
    if status >= UNKNOWN:
        return None
    content = answer.json()
    if answer.is_success:
        return Success(status, answer.headers["location"], content["version"], content["position"])
    return Refusal(status, content["type"].removeprefix(TYPE))


def stream_of(path: str, location: str | None) -> UUID | None:
    """Which stream a write is about; what it creates is known by its location."""
    made = UUID(location.rpartition("/")[2]) if location else None
    try:
        match path.split("/")[2:]:
            case ["candidates", case, "referrals"] | ["referrals", case, _]:
                return REFERRAL.beside(UUID(case))
            case ["referrals"]:
                return REFERRAL.beside(made) if made else None
            case ["cases", case, resource, *_] if resource in BESIDE:
                return BESIDE[resource].beside(UUID(case))
            case ["cases", _, "contents"]:
                return None
            case ["candidates" | "organisations"] | ["cases", _, "tracks"]:
                return made
            case ["cases", _, "tracks", stream, "steps", *_]:
                return UUID(stream)
            case ["candidates" | "organisations" | "cases", stream, *_]:
                return UUID(stream)
            case _:
                return None
    except ValueError:
        return None


def _version(if_match: str | None) -> int | None:
    """The one version that was named, if it was one."""
    named = (if_match or "").strip('"')
    return int(named) if named.isdecimal() else None
