"""Clients: each plays the thread of a case, repeats what it got no answer to, and remembers."""

import asyncio
from collections.abc import Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid5

from casefile.case.beside import on_case
from casefile.case.decider import CASE, AssignCaseManager, CloseCase, ReopenCase
from casefile.case.events import FirstContactMade
from casefile.journal.decider import JOURNAL
from casefile.journal.events import ActivityLogged
from casefile.track.decider import TRACK, OpenTrack, RecordStep
from casefile.track.events import StepRecorded
from checker.evidence import Exchange, Refusal, Success
from events.commands import Cause, History, StreamType, execute
from events.decider import Rejected
from events.occurrence import Occurred
from events.store import (
    AccessLine,
    AlreadyAnswered,
    Answer,
    Metadata,
    RequestKey,
    Unavailable,
    VersionConflict,
    WriteSet,
)
from events.testing import NOW
from intake.offer.commands import AcceptOffer, Consent, DeclineOffer, MakeOffer, NoteNoResponse
from intake.offer.decider import OFFER
from intake.offer.events import CandidateIdentified
from intake.offer.state import Status as OfferStatus
from intake.referral.commands import AcceptReferral, MakeReferral
from intake.referral.decider import REFERRAL
from intake.referral.events import Led, Thought
from programmes.loader import load
from simulation.plant import Plant, Running
from simulation.service import Service

PATIENCE_SECONDS = 3.0
MOST_TRIES = 60
PROGRAMME = ("medical-incidents", 1)
COMPLAINT = load().version(*PROGRAMME).track("complaint")
TODAY = Occurred.instant(NOW)
THOUGHT = Thought(
    assessment=UUID(int=1),
    since="2018-12-20",
    status="calamity",
    kind="unknown",
    consequence="death",
)
LED = Led(origin="2018-12", assessments=(THOUGHT,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as its route takes it: what is to be done, and by whom it is asked."""

    service: str
    stream_type: StreamType[Any, Any, Any]
    key: UUID
    command: Any
    request: RequestKey
    correlation_id: UUID
    stream: UUID | None = None
    expected: int | None = None
    contact: Mapping[str, str] = field(default_factory=dict)


async def serve(service: Service, asked: Asked) -> Success | Refusal | None:
    """What a route does; None where the answer is that the outcome is not known."""
    try:
        done = await execute(
            service.store,
            asked.stream_type,
            asked.key,
            _command(asked),
            await _cause(service, asked),
            stream=asked.stream,
        )
    except AlreadyAnswered as repeated:
        first = repeated.answer
        return Success(first.status, first.location, first.version, first.position)
    except VersionConflict:
        return Refusal(409 if asked.expected is None else 412, "conflict")
    except Rejected as rejected:
        return Refusal(409, rejected.code)
    except Unavailable:
        return None
    return Success(201, f"/{asked.key}", done.version, done.position)


def _command(asked: Asked) -> Any:  # noqa: ANN401 - of any stream type
    if not asked.contact:
        return asked.command
    consent = Consent(form="spoken", contact=_record(asked))
    return AcceptOffer(reasons=(), consent=consent, by_programme=False, occurred=TODAY)


def _record(asked: Asked) -> UUID:
    return uuid5(asked.correlation_id, "contact")


async def _cause(service: Service, asked: Asked) -> Cause:
    answer = Answer(status=201, location=f"/{asked.key}", version=0, position=0, body_hash=b"")
    vault = await service.vault.seal(asked.key, _record(asked), asked.contact)
    metadata = Metadata(
        actor=asked.request.subject,
        role="desk",
        correlation_id=asked.correlation_id,
        programme=PROGRAMME[0],
        programme_version=PROGRAMME[1],
    )
    line = AccessLine(
        actor=metadata.actor,
        role=metadata.role,
        organisation=None,
        action="write",
        resource=asked.request.route,
        key=asked.key,
        outcome="allowed",
        correlation_id=asked.correlation_id,
    )
    beside = WriteSet(request=(asked.request, answer), access=[line], vault=vault)
    return Cause(metadata=metadata, expected=asked.expected, beside=beside)


class Client:
    """`versions` is what it was told of the streams that it knows."""

    def __init__(self, plant: Plant, number: int) -> None:
        self._plant = plant
        self._world = plant.city.world
        self._chance = self._world.chance
        self._number = number
        self._versions: dict[UUID, int] = {}
        self.case = self._world.id()

    async def live(self) -> None:
        await asyncio.sleep(self._chance.uniform(0, 1))
        if await self._offer() and await self._refer():
            await self._support()

    async def _offer(self) -> bool:
        identify = CandidateIdentified(
            organisation=UUID(int=7), source="hospital", origin=None, occurred=TODAY
        )
        if not await self._ask("intake", OFFER, identify):
            return False
        make = MakeOffer(channel="phone", by_function="doctor", occurred=TODAY)
        await self._ask("intake", OFFER, make)
        others = [
            make,
            make,
            NoteNoResponse(referred=False, by_programme=False, occurred=TODAY),
            DeclineOffer(reasons=(), referred=False, by_programme=False, occurred=TODAY),
        ]
        rivals = self._chance.sample(others, self._chance.randint(1, 3))
        await self._at_once([self._ask("intake", OFFER, r) for r in rivals])
        await self._ask("intake", OFFER, make)
        return await self._ask("intake", OFFER, None, contact={"name": "Zwaantje"})

    async def _refer(self) -> bool:
        def make(history: History) -> MakeReferral:
            offer = OFFER.state(history, self.case)
            accepted = offer.status is OfferStatus.ACCEPTED
            return MakeReferral(
                source=offer.source,
                organisation=offer.organisation,
                origin=None,
                accepted=accepted,
                contact=offer.contact,
                agreed=offer.latest,
                occurred=TODAY,
            )

        accept = AcceptReferral(
            outcomes={"calamity": "yes"}, fits=True, criteria_version=2, led=LED, occurred=TODAY
        )
        stream = REFERRAL.beside(self.case)
        made = await self._ask("intake", REFERRAL, make, stream=stream)
        return made and await self._ask("intake", REFERRAL, accept, stream=stream)

    async def _support(self) -> None:
        assign = AssignCaseManager(case_manager=UUID(int=9), role="backup", most=1, occurred=TODAY)
        for _ in range(MOST_TRIES):
            if await self._ask("casefile", CASE, assign):
                break
            await asyncio.sleep(0.5)
        contact = FirstContactMade(channel="phone", occurred=TODAY)
        work = [self._log(n) for n in range(self._chance.randint(0, 3))]
        if self._chance.random() < 0.7:
            work.append(self._ask("casefile", CASE, contact))
        await self._at_once([*work, self._track()])
        if self._chance.random() < 0.5:
            close = CloseCase(reason="settled", occurred=TODAY)
            await self._ask("casefile", CASE, close)
            if self._chance.random() < 0.5:
                reopen = ReopenCase(reason="new-need", occurred=TODAY)
                await self._ask("casefile", CASE, reopen)

    async def _log(self, number: int) -> bool:
        told = ActivityLogged(
            activity=uuid5(self.case, f"activity:{number}"),
            case_manager=UUID(int=9),
            category="contact",
            type="phone",
            contact_minutes=20,
            travel_minutes=0,
            registration_minutes=5,
            occurred=TODAY,
        )
        log = on_case(self.case, told)
        return await self._ask("casefile", JOURNAL, log, stream=JOURNAL.beside(self.case))

    async def _track(self) -> bool:
        stream = uuid5(self.case, "track")

        def begin(history: History) -> OpenTrack:
            return OpenTrack(case=CASE.state(history, self.case), track="complaint", occurred=TODAY)

        step = RecordStep(
            defined=COMPLAINT,
            step=StepRecorded(
                track="complaint", step="filed", outcome=None, entry=stream, occurred=TODAY
            ),
        )
        opened = await self._ask("casefile", TRACK, begin, stream=stream)
        return opened and await self._ask("casefile", TRACK, step, stream=stream)

    async def _at_once(self, work: Sequence[Any]) -> None:
        await asyncio.gather(*work)

    async def _ask(
        self,
        service: str,
        stream_type: StreamType[Any, Any, Any],
        command: object,
        *,
        stream: UUID | None = None,
        contact: Mapping[str, str] | None = None,
    ) -> bool:
        """Asks until there is an answer, always with the same key; True if it was done."""
        known = self._versions.get(stream or self.case)
        asked = Asked(
            service=service,
            stream_type=stream_type,
            key=self.case,
            command=command,
            request=RequestKey(
                subject=f"client-{self._number}",
                route=f"POST /{stream_type.name}",
                key=str(self._world.id()),
            ),
            correlation_id=self._world.id(),
            stream=stream,
            expected=known if self._chance.random() < 0.2 else None,
            contact=contact or {},
        )
        for _ in range(MOST_TRIES):
            place = self._sent(asked)
            told = await self._tried(asked)
            self._remember(place, told)
            if isinstance(told, Success):
                self._versions[stream or self.case] = told.version
            if told is not None and self._chance.random() < 0.9:
                return isinstance(told, Success)
            await asyncio.sleep(self._chance.uniform(0, 0.5))
        return False

    def _sent(self, asked: Asked) -> int:
        """Until there is an answer nobody knows what came of it."""
        exchange = Exchange(
            service=asked.service,
            request=asked.request,
            correlation_id=asked.correlation_id,
            told=None,
            stream=asked.stream or asked.key,
            expected=asked.expected,
        )
        self._plant.city.exchanges.append(exchange)
        return len(self._plant.city.exchanges) - 1

    def _remember(self, place: int, told: Success | Refusal | None) -> None:
        exchanges = self._plant.city.exchanges
        request = exchanges[place].request
        self._world.note(f"{request.subject} {request.route} is told {told}")
        exchanges[place] = replace(exchanges[place], told=told)

    async def _tried(self, asked: Asked) -> Success | Refusal | None:
        """One try; its client gives up when the process dies or takes too long."""
        apis = self._plant.apis(asked.service)
        if not apis:
            return None
        api = self._chance.choice(apis)
        loop = self._world.loop
        call = loop.create_task(serve(api.service, asked), context=api.context)
        death = loop.create_task(_dies(api), context=Context())
        await asyncio.wait({call, death}, timeout=PATIENCE_SECONDS, return_when="FIRST_COMPLETED")
        death.cancel()
        return call.result() if call.done() and not api.process.stopped else None


async def _dies(api: Running) -> None:
    await api.ended.wait()
