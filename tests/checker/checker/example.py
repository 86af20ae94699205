"""A small history in which all went well: one that the tests of the checker spoil."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from analytics.log import keep
from casefile.case.decider import CASE
from casefile.case.events import ContactDataReceived, FirstContactMade
from checker.delivery import as_message, message_of
from checker.evidence import Books, Evidence, Exchange, Refusal, Rows, Success
from checker.rules import Rules
from checker.services import rules
from events.broker_memory import MemoryBroker
from events.commands import Cause, StreamType, execute
from events.consumer import react
from events.decider import Rejected
from events.envelope import reads_everything
from events.following import Folding, Views
from events.memory import MemoryStore
from events.occurrence import Occurred
from events.store import (
    AccessLine,
    AlreadyAnswered,
    Answer,
    Json,
    Metadata,
    Recorded,
    RequestKey,
    Sealed,
    VersionConflict,
    WriteSet,
)
from events.testing import NOW, numbered
from events.views_memory import MemoryViews
from intake.offer.commands import AcceptOffer, Consent, MakeOffer
from intake.offer.decider import OFFER
from intake.offer.events import CandidateIdentified
from intake.referral.commands import AcceptReferral, MakeReferral
from intake.referral.decider import REFERRAL
from notifications.message.decider import MESSAGE, ConfirmDelivery, StartDelivery
from notifications.message.events import Reached
from programmes.loader import load

PROGRAMMES = load(None)
RULES = rules(PROGRAMMES)
SERVICES = ("intake", "casefile", "scheduling", "notifications", "analytics")
SUBJECT = "a-hospital"


@dataclass
class Example:
    """Five services in memory; each step is carried through before the next."""

    at: datetime = NOW
    sent: dict[str, int] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)
    mails: list[UUID] = field(default_factory=list)
    requests: int = 0

    def __post_init__(self) -> None:
        self.stores = {name: MemoryStore(name, self.clock) for name in SERVICES}
        self.broker = MemoryBroker()
        self.handlers = [
            (follower, react(self.stores[name], follower.group, follower.reactions))
            for name, own in RULES.items()
            for follower in own.follows
        ]
        self.keep = keep(self.stores["analytics"])

    def clock(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at

    def now(self) -> Occurred:
        return Occurred.instant(self.clock())

    async def live(self, case: UUID) -> None:
        """The thread of one case, from candidate to first contact."""
        await self.ask(
            "intake",
            OFFER,
            case,
            CandidateIdentified(
                organisation=numbered(7), source="hospital", origin=None, occurred=self.now()
            ),
        )
        offer = MakeOffer(channel="phone", by_function="doctor", occurred=self.now())
        await self.ask("intake", OFFER, case, offer, expected=1)
        await self.ask("intake", OFFER, case, offer, expected=1)
        contact = UUID(int=case.int + 1)
        consent = Consent(form="spoken", contact=contact)
        accept = AcceptOffer(reasons=(), consent=consent, by_programme=False, occurred=self.now())
        await self.ask("intake", OFFER, case, accept, vault=_sealed(case, contact))
        await self.refer(case, contact)
        await self.deliver()
        await self.fetch(case)
        made = FirstContactMade(channel="phone", occurred=self.now())
        await self.ask("casefile", CASE, case, made)
        await self.mail(case)
        await self.deliver()

    async def refer(self, case: UUID, contact: UUID) -> None:
        made = MakeReferral(
            source="hospital",
            organisation=numbered(7),
            origin=None,
            accepted=True,
            contact=contact,
            agreed=self.now(),
            occurred=self.now(),
        )
        accepted = AcceptReferral(
            outcomes={"calamity": "yes"}, fits=True, criteria_version=2, occurred=self.now()
        )
        for command in (made, accepted):
            await self.ask("intake", REFERRAL, case, command, stream=REFERRAL.beside(case))

    async def ask(
        self,
        service: str,
        stream_type: StreamType[Any, Any, Any],
        key: UUID,
        command: object,
        *,
        stream: UUID | None = None,
        expected: int | None = None,
        vault: Sequence[Sealed] = (),
    ) -> None:
        """A request that is sent twice, and what both tries are told."""
        self.requests += 1
        request = RequestKey(subject=SUBJECT, route=f"POST /{service}", key=str(self.requests))
        correlation = numbered(0xC000 + self.requests)
        answer = Answer(status=201, location=f"/{key}", version=0, position=0, body_hash=b"")
        beside = WriteSet(request=(request, answer), access=[_line(correlation)], vault=vault)
        cause = Cause(metadata=_metadata(correlation), expected=expected, beside=beside)
        for _ in range(2):
            told: Success | Refusal
            try:
                done = await execute(
                    self.stores[service], stream_type, key, command, cause, stream=stream
                )
                told = Success(201, f"/{key}", done.version, done.position)
            except AlreadyAnswered as repeated:
                old = repeated.answer
                told = Success(old.status, old.location, old.version, old.position)
            except (VersionConflict, Rejected):
                told = Refusal(412, "stale")
            exchange = Exchange(
                service=service,
                request=request,
                correlation_id=correlation,
                told=told,
                stream=stream or key,
                expected=expected,
            )
            self.exchanges.append(exchange)

    async def deliver(self) -> None:
        """Publishes and handles until there is nothing new; every message comes twice."""
        news = True
        while news:
            news = False
            for service, own in RULES.items():
                for event in self.stores[service].log[self.sent.get(service, 0) :]:
                    self.sent[service] = event.position
                    news = True
                    await self.publish(service, event, own)

    async def publish(self, service: str, event: Recorded[Json], own: Rules) -> None:
        message = message_of(event, own.publish) if own.publish else None
        if message is None:
            return
        for _ in range(2):
            self.broker.put(message)
            arrived = as_message(message)
            await self.keep(reads_everything({})(arrived))
            for follower, handle in self.handlers:
                read = follower.read(arrived) if service in follower.sources else None
                if read:
                    await handle(read)

    async def fetch(self, case: UUID) -> None:
        store = self.stores["casefile"]
        [work] = [item for item in store.work.values() if item.key == case]
        record = UUID(int=case.int + 2)
        beside = WriteSet(vault=_sealed(case, record), done=[work.id])
        command = ContactDataReceived(contact=record, occurred=self.now())
        await execute(store, CASE, case, command, Cause(metadata=work.metadata, beside=beside))

    async def mail(self, case: UUID) -> None:
        store = self.stores["notifications"]
        [work] = [item for item in store.work.values() if item.key == case]
        stream = UUID(work.data["message"])
        begun = Cause(metadata=work.metadata)
        await execute(
            store, MESSAGE, case, StartDelivery(occurred=self.now()), begun, stream=stream
        )
        self.mails.append(stream)
        done = Cause(metadata=work.metadata, beside=WriteSet(done=[work.id]))
        confirm = ConfirmDelivery(reached=Reached.DESK, occurred=self.now())
        await execute(store, MESSAGE, case, confirm, done, stream=stream)

    async def evidence(self) -> Evidence:
        topics = {name: self.broker.messages(name) for name in self.broker.topics}
        books = {name: await self.books(name) for name in SERVICES}
        return Evidence(books=books, exchanges=self.exchanges, topics=topics, mails=self.mails)

    async def books(self, service: str) -> Books:
        store, tables = self.stores[service], MemoryViews(self.stores[service])
        own = RULES[service]
        follow = Views(store=store, tables=tables, views=own.views, decode=own.decode, batch=3)
        shown = {}
        for view in own.views:
            folding, position = Folding(view=view, decode=own.decode), 0
            while position < len(store.log):
                position = await follow.step(folding, position)
            shown[view.table.name] = Rows(position, tables.rows(view))
        return Books(
            log=list(store.log),
            seen=[(event.position, event.id) for event in store.log],
            answers=dict(store.answers),
            inbox=set(store.messages),
            access=list(store.access),
            work=list(store.work.values()),
            vault={record for _, record, _ in store.vault},
            views=shown,
        )


async def healthy(cases: int = 3) -> Evidence:
    example = Example()
    for number in range(1, cases + 1):
        await example.live(UUID(int=number * 0x100))
    return await example.evidence()


def _metadata(correlation: UUID) -> Metadata:
    return Metadata(
        actor=SUBJECT,
        role="referrer",
        correlation_id=correlation,
        programme="medical-incidents",
        programme_version=1,
    )


def _line(correlation: UUID) -> AccessLine:
    return AccessLine(
        actor=SUBJECT,
        role="referrer",
        organisation=None,
        action="write",
        resource="/",
        key=None,
        outcome="allowed",
        correlation_id=correlation,
    )


def _sealed(person: UUID, record: UUID) -> list[Sealed]:
    return [
        Sealed(
            person=person,
            record=record,
            field="name",
            ciphertext=b"",
            key_id=person,
            wrapped_key=b"",
        )
    ]
