"""Plays records of the cohort over HTTP, each step by whoever takes it in real life."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from dev.failure import NotStarted
from dev.pilot.api import Api, Json, Refused
from dev.pilot.cast import Cast
from dev.pilot.inputs import PROGRAMME
from dev.pilot.record import Answer, Attempt, Record, Referral, Study, Support

AT_ONCE = 8
"""So many people's stories are told at the same time, each in its own order."""
CASE_SECONDS = 60.0
LOOK_SECONDS = 0.05
RESEARCH = "research"
STALE = 412
NOT_FOUND = 404

Played = Callable[[int, int], None]
"""Is told how many of how many records are played."""


async def play(api: Api, cast: Cast, records: Sequence[Record], played: Played) -> None:
    """Raises NotStarted with the first thing that went wrong, and the record with which."""
    turns, done = asyncio.Semaphore(AT_ONCE), 0

    async def one(record: Record) -> None:
        nonlocal done
        async with turns:
            try:
                await Story(api, cast, record).play()
            except NotStarted as failure:
                raise NotStarted(f"playing {record.id}: {failure}") from failure
        done += 1
        played(done, len(records))

    try:
        async with asyncio.TaskGroup() as group:
            for record in records:
                group.create_task(one(record))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None


@dataclass(frozen=True, slots=True)
class Story:
    """One person's way through the programme."""

    api: Api
    cast: Cast
    record: Record

    async def play(self) -> UUID:
        """The id of the candidate or, later on, of the case: they are the same."""
        record = self.record
        key = await self._enter() if record.organisation is None else await self._candidate()
        if record.referral:
            if record.organisation is not None:
                await self._refer(key, record.referral)
            await self._screen(key, record.referral)
        if record.support:
            await self._support(key, record.support)
        return key

    async def _candidate(self) -> UUID:
        record = self.record
        body = _fact(record.identified, programme=PROGRAMME, origin=record.incident)
        key = await self._as_hospital("/v1/candidates", body, "candidate")
        path = f"/v1/candidates/{key}"
        if record.withheld:
            body = _fact(record.withheld.on, reason=record.withheld.reason)
            await self._as_hospital(f"{path}/withholdings", body, "withheld")
        for number, attempt in enumerate(record.attempts, start=1):
            await self._attempt(path, attempt, number)
        return key

    async def _attempt(self, path: str, attempt: Attempt, number: int) -> None:
        body = _fact(attempt.on, channel=attempt.channel, byFunction=attempt.by_function)
        await self._as_hospital(f"{path}/offers", body, f"offer.{number}")
        answer = attempt.answer
        resource = {
            "accepted": "acceptances",
            "declined": "declines",
            "no-response": "non-responses",
        }[answer.kind]
        await self._as_hospital(f"{path}/{resource}", self._answer(answer), f"answer.{number}")

    def _answer(self, answer: Answer) -> Json:
        body = dict(_fact(answer.on))
        if answer.kind != "no-response":
            body["reasons"] = answer.reasons
        if answer.consent:
            body |= {"consent": {"form": answer.consent}, "contact": contact(self.record)}
        return body

    async def _refer(self, key: UUID, referral: Referral) -> None:
        path = f"/v1/candidates/{key}/referrals"
        await self._as_hospital(path, _fact(referral.on), "referral")

    async def _enter(self) -> UUID:
        """A referral that no hospital made comes in at the desk."""
        referral = self.record.referral
        if referral is None:
            raise NotStarted("there is neither a hospital nor a referral")
        body = _fact(
            referral.on,
            programme=PROGRAMME,
            source=referral.source,
            origin=self.record.incident,
            consent={"form": "spoken"},
            contact=contact(self.record),
        )
        return await self._as_desk("intake", "/v1/referrals", body, "referral")

    async def _screen(self, key: UUID, referral: Referral) -> None:
        screening = referral.screening
        body = _fact(
            screening.on,
            decision=screening.decision,
            reason=screening.reason,
            assessments=[
                {"criterion": criterion, "outcome": outcome}
                for criterion, outcome in screening.assessments.items()
            ],
        )
        await self._as_desk("intake", f"/v1/referrals/{key}/screenings", body, "screening")

    async def _support(self, key: UUID, support: Support) -> None:
        path = f"/v1/cases/{key}"
        await self._opened(path)
        manager = self.cast.case_managers[support.case_manager]
        body = _fact(support.first_contact, caseManager=str(manager), role="case-manager")
        await self._as_desk("casefile", f"{path}/case-managers", body, "assignment")
        body = _fact(support.first_contact, channel="phone")
        await self._as_manager(support, f"{path}/first-contacts", body, "first-contact")
        await self._client(support, path)
        await self._work(support, path)
        if support.study:
            await self._study(support, support.study, path)
        if support.refused:
            body = _fact(support.refused, consent=RESEARCH, reason="too-burdensome")
            await self._as_manager(support, f"{path}/consent-refusals", body, "refusal")
        if support.closing:
            body = _fact(support.closing.on, reason=support.closing.reason)
            await self._close(support, path, body)

    async def _opened(self, path: str) -> None:
        """The case opens when casefile has heard that the referral was accepted."""
        deadline = time.monotonic() + CASE_SECONDS
        while True:
            try:
                await self.api.read("casefile", path, token=self.cast.desk)
            except Refused as refused:
                if refused.status != NOT_FOUND:
                    raise
            else:
                return
            if time.monotonic() > deadline:
                raise NotStarted(f"its case was not opened within {CASE_SECONDS:g} s")
            await asyncio.sleep(LOOK_SECONDS)

    async def _client(self, support: Support, path: str) -> None:
        for number, person in enumerate(support.persons, start=1):
            body = _fact(
                person.on,
                role=person.role,
                relation=person.relation,
                clientType=person.client_type,
                mandate=person.mandate,
            )
            await self._as_manager(support, f"{path}/persons", body, f"person.{number}")
        if support.died:
            await self._as_manager(support, f"{path}/deaths", _fact(support.died), "death")
        if support.worsened:
            body = _fact(support.worsened, condition="worsened")
            await self._as_manager(support, f"{path}/conditions", body, "condition")

    async def _study(self, support: Support, study: Study, path: str) -> None:
        body = _fact(study.consented, consent=RESEARCH, form="written", scopes=study.scopes)
        await self._as_manager(support, f"{path}/consents", body, "consent")
        for marks in study.marks:
            body = _fact(marks.on, instrument="life-domains", wave=marks.wave, scores=marks.scores)
            step = f"marks.{marks.wave}"
            await self._as_manager(support, f"{path}/instruments", body, step)
        if study.withdrawn:
            body = _fact(study.withdrawn, consent=RESEARCH)
            await self._as_manager(support, f"{path}/consent-withdrawals", body, "withdrawal")

    async def _work(self, support: Support, path: str) -> None:
        for number, activity in enumerate(support.activities, start=1):
            body = _fact(
                activity.on,
                category=activity.category,
                type=activity.type,
                contactMinutes=activity.contact_minutes,
                travelMinutes=activity.travel_minutes,
                registrationMinutes=activity.registration_minutes,
            )
            await self._as_manager(support, f"{path}/activities", body, f"activity.{number}")
        tracks: dict[str, UUID] = {}
        for number, step in enumerate(support.steps, start=1):
            if step.track not in tracks:
                body = _fact(step.on, track=step.track)
                opened = await self._as_manager(
                    support, f"{path}/tracks", body, f"track.{step.track}"
                )
                tracks[step.track] = opened
            steps = f"{path}/tracks/{tracks[step.track]}/steps"
            body = _fact(step.on, step=step.step, outcome=step.outcome, data=step.data)
            await self._as_manager(support, steps, body, f"step.{number}")

    async def _close(self, support: Support, path: str, body: Json) -> None:
        """Named the version that was read; read again if it was no longer the last."""
        token = self.cast.tokens[support.case_manager]
        deadline = time.monotonic() + CASE_SECONDS
        while True:
            seen = await self.api.read("casefile", path, token=token)
            try:
                await self.api.write(
                    "casefile",
                    f"{path}/closings",
                    body,
                    token=token,
                    key=self._key("closing"),
                    if_match=seen.headers["etag"],
                )
            except Refused as refused:
                if refused.status != STALE or time.monotonic() > deadline:
                    raise
            else:
                return

    async def _as_hospital(self, path: str, body: Json, step: str) -> UUID:
        token = self.cast.referrers[self.record.organisation or 0]
        return await self._write("intake", path, body, token, step)

    async def _as_desk(self, service: str, path: str, body: Json, step: str) -> UUID:
        return await self._write(service, path, body, self.cast.desk, step)

    async def _as_manager(self, support: Support, path: str, body: Json, step: str) -> UUID:
        token = self.cast.tokens[support.case_manager]
        return await self._write("casefile", path, body, token, step)

    async def _write(self, service: str, path: str, body: Json, token: str, step: str) -> UUID:
        written = await self.api.write(service, path, body, token=token, key=self._key(step))
        return written.id

    def _key(self, step: str) -> str:
        return f"{self.record.id}.{step}"


def contact(record: Record) -> dict[str, str]:
    """Made up, and recognisably so."""
    number = "".join(filter(str.isdigit, record.id))[-3:]
    return {
        "name": f"Invented Person {record.id}",
        "phone": f"06 0000 0{number:0>3}",
        "email": f"{record.id}@example.org",
        "address": f"Voorbeeldstraat {number or 1}, Nergenshuizen",
    }


def _fact(on: str | None, **fields: object) -> Json:
    return {**fields, "occurredAt": on or "unknown"}
