"""One person's way through the programme, told step by step over HTTP."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from events.occurrence import civil_day
from rig.caller import Caller, Json
from rig.world import PROGRAMME, World, eventually

STALE = 412
NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Contact:
    """Made up, and found again wherever it should not be."""

    mark: str = field(default_factory=lambda: uuid4().hex[:12])

    @property
    def body(self) -> dict[str, str]:
        number = int(self.mark, 16) % 10**10
        return {
            "name": f"Zwaantje Verzonnen-{self.mark}",
            "phone": f"+99 {number:010}",
            "email": f"{self.mark}@canary.example",
            "address": f"Nergensstraat-{self.mark} 1, Niemandsdorp",
        }


@dataclass(slots=True, kw_only=True)
class Story:
    """`hospital` is None where somebody comes without one; `id` is that of the case too."""

    world: World
    desk: Caller
    hospital: Caller | None = None
    manager: Caller
    programme: str = PROGRAMME
    contact: Contact = field(default_factory=Contact)
    id: UUID = NOBODY

    @classmethod
    async def of(cls, world: World, programme: str = PROGRAMME) -> "Story":
        """With a hospital of its own."""
        hospital = await world.hospital(programme)
        return cls.with_hospital(world, hospital, programme)

    @classmethod
    def with_hospital(
        cls, world: World, hospital: Caller | None, programme: str = PROGRAMME
    ) -> "Story":
        return cls(
            world=world,
            hospital=hospital,
            desk=world.caller("desk"),
            manager=world.caller("case-manager"),
            programme=programme,
        )

    async def identify(self, on: str | None = None, origin: str | None = None) -> UUID:
        body = fact(on, programme=self.programme, origin=origin)
        written = await self._hospital.write("intake", "/v1/candidates", body)
        self.id = UUID(written["id"])
        return self.id

    async def assess(self, on: str | None = None, **thought: str) -> Json:
        """As the hospital thinks of the origin from then on."""
        return await self._as_hospital("origin-assessments", fact(on, **thought))

    async def offer(self, on: str | None = None, *, channel: str = "phone") -> Json:
        body = fact(on, channel=channel, byFunction="patient-support")
        return await self._as_hospital("offers", body)

    async def withhold(self, on: str | None = None) -> Json:
        return await self._as_hospital("withholdings", fact(on, reason="cannot-cope"))

    async def accept(self, on: str | None = None, *, reason: str = "clear-need") -> Json:
        body = fact(on, reasons=[reason], consent={"form": "spoken"})
        return await self._as_hospital("acceptances", body | {"contact": self.contact.body})

    async def decline(
        self, on: str | None = None, *reasons: str, final: bool | None = None
    ) -> Json:
        body = fact(on, reasons=reasons or ["unknown"])
        return await self._as_hospital(
            "declines", body | ({} if final is None else {"final": final})
        )

    async def no_response(self, on: str | None = None) -> Json:
        return await self._as_hospital("non-responses", fact(on))

    async def refer(self, on: str | None = None) -> Json:
        return await self._as_hospital("referrals", fact(on))

    async def enter(self, on: str | None = None, origin: str | None = None) -> UUID:
        """A referral of one's own."""
        body = fact(on, programme=self.programme, source="self", origin=origin)
        body |= {"consent": {"form": "spoken"}, "contact": self.contact.body}
        written = await self.desk.write("intake", "/v1/referrals", body)
        self.id = UUID(written["id"])
        return self.id

    async def screen(
        self, on: str | None = None, *, reason: str | None = None, referred: str | None = None
    ) -> Json:
        return await self.desk.write("intake", *self.screening(on, reason, referred))

    def screening(
        self, on: str | None, reason: str | None, referred: str | None
    ) -> tuple[str, Json]:
        """By the criteria in force on the day of the referral; with a reason it is screened out."""
        outcome = "no" if reason else "yes"
        day = date.fromisoformat(referred) if referred else civil_day(datetime.now(UTC))
        criteria = self.world.programmes.current(self.programme, day).criteria_on(day)
        body = fact(on, decision="screened-out" if reason else "accepted", reason=reason)
        body["assessments"] = [{"criterion": c.code, "outcome": outcome} for c in criteria.criteria]
        return f"/v1/referrals/{self.id}/screenings", body

    async def opened(self) -> None:
        """Waits until casefile has opened the case, because it heard of the referral."""
        desk = self.desk.brief

        async def found() -> bool:
            answer = await desk.ask_until_answered("casefile", self.case)
            assert answer.status_code in {200, 404}, answer.text
            return answer.is_success

        await eventually(found, f"case {self.id} was not opened")

    async def accepted_referral(self) -> None:
        """From identification to a referral that the desk lets in, all of today."""
        await self.identify()
        await self.offer()
        await self.accept()
        await self.refer()
        await self.screen()

    async def assign(self, on: str | None = None) -> Json:
        body = fact(on, caseManager=str(self.manager.id), role="case-manager")
        return await self.desk.write("casefile", f"{self.case}/case-managers", body)

    async def first_contact(self, on: str | None = None) -> Json:
        return await self.tell("first-contacts", on, channel="phone")

    async def log(self, minutes: tuple[int, int, int]) -> Json:
        return await self.tell("activities", **activity(minutes))

    async def step(
        self, track: UUID, on: str, step: str, outcome: str | None = None, **data: object
    ) -> str:
        """The id by which it is corrected."""
        told: Json = {"step": step, "data": data} | ({"outcome": outcome} if outcome else {})
        return str((await self.tell(f"tracks/{track}/steps", on, **told))["id"])

    async def track(self, track: str, *steps: str, on: str | None = None) -> UUID:
        opened = await self.tell("tracks", on, track=track)
        for step in steps:
            await self.tell(f"tracks/{opened['id']}/steps", on, step=step)
        return UUID(opened["id"])

    async def close(
        self, on: str | None = None, *, reason: str = "no-longer-needed", **fields: object
    ) -> None:
        await self._as_read(self.manager, "closings", fact(on, reason=reason, **fields))

    async def reopen(self, on: str | None = None, *, reason: str = "new-need") -> None:
        await self._as_read(self.desk, "reopenings", fact(on, reason=reason))

    async def _as_read(self, by: Caller, resource: str, body: Json) -> None:
        """Names the version that was read, and reads again if contact data came in meanwhile."""
        by, path = by.brief, f"{self.case}/{resource}"

        async def done() -> bool:
            seen = await by.ask_until_answered("casefile", self.case)
            version = seen.headers["etag"]
            answer = await by.send_until_answered("casefile", path, body, if_match=version)
            assert answer.is_success or answer.status_code == STALE, answer.text
            return answer.is_success

        await eventually(done, f"case {self.id} took no {resource}")

    async def send_content(self, content: bytes) -> str:
        """The id under which the bytes of a document came in."""
        path = f"{self.case}/contents"
        written = await self.manager.upload("casefile", path, content, "application/pdf")
        return str(written["id"])

    @property
    def case(self) -> str:
        return f"/v1/cases/{self.id}"

    @property
    def mails(self) -> list[str]:
        """Those that name the case."""
        return [mail for mail in self.world.mails() if str(self.id) in mail]

    @property
    def candidate(self) -> str:
        return f"/v1/candidates/{self.id}"

    @property
    def _hospital(self) -> Caller:
        assert self.hospital is not None
        return self.hospital

    async def _as_hospital(self, resource: str, body: Json) -> Json:
        return await self._hospital.write("intake", f"{self.candidate}/{resource}", body)

    async def tell(
        self, resource: str, on: str | None = None, *, by: Caller | None = None, **fields: object
    ) -> Json:
        """What the case manager, unless it is another, tells of the case."""
        path = f"{self.case}/{resource}"
        return await (by or self.manager).write("casefile", path, fact(on, **fields))


def activity(minutes: tuple[int, int, int]) -> Json:
    contact, travel, registration = minutes
    return {
        "category": "contact",
        "type": "home-visit",
        "contactMinutes": contact,
        "travelMinutes": travel,
        "registrationMinutes": registration,
    }


def talk(*, days: int) -> Json:
    """An appointment with the board, in so many days."""
    starts = datetime.now(UTC) + timedelta(days=days)
    return {
        "kind": "board-talk",
        "startsAt": starts.isoformat(),
        "minutes": 60,
        "participants": ["client", "board"],
        "mustConfirm": ["board"],
    }


def fact(on: str | None, **fields: Any) -> Json:  # noqa: ANN401 - each field has its own type
    """What happened on a day or, without one, just now."""
    return fields | ({"occurredAt": on} if on else {})
