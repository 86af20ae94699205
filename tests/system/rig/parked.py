"""What an operator sees of a parked key over HTTP, and asks for."""

from dataclasses import dataclass
from uuid import UUID

import httpx

from rig.caller import Caller, Json

MAY_BE_TOO_LATE = {200, 201, 202, 404, 409}
"""Done as asked; or the key is free already, or its first message is another one."""


@dataclass(frozen=True, slots=True)
class Parked:
    """One key as the operator of a service sees it; without a topic, wherever it is parked."""

    operator: Caller
    service: str
    key: UUID
    topic: str | None = None

    async def seen(self) -> Json | None:
        listed = await self.operator.read(self.service, "/v1/parked-keys")
        return next((item for item in listed["items"] if self._is(item)), None)

    def _is(self, item: Json) -> bool:
        return item["key"] == str(self.key) and self.topic in (None, item["topic"])

    async def waiting(self, number: int, reason: str) -> bool:
        seen = await self.seen()
        if seen is None:
            return False
        return (seen["messages"], seen["reason"], seen["request"]) == (number, reason, "none")

    async def free(self) -> bool:
        return await self.seen() is None

    async def retry(self) -> None:
        await self.operator.write(self.service, f"{await self.path()}/retries", {})

    async def skip(self, reason: str, *, behind: int = 0) -> httpx.Response:
        """Leaves out the first of what waits, and no other; `behind` it there is another id."""
        seen = await self.seen()
        assert seen is not None
        body = {"message": seen["message"] + behind, "reason": reason}
        return await self.operator.send(self.service, f"{await self.path()}/skips", body)

    async def path(self) -> str:
        seen = await self.seen()
        assert seen is not None
        return f"/v1/parked-keys/{seen['id']}"

    async def try_again(self) -> bool:
        """As `retry`, where what waits may be gone by now; whether it was asked for."""
        return await self._asked("retries", {})

    async def try_to_skip(self, reason: str) -> bool:
        """As `skip`, where the first of what waits may be another by now."""
        seen = await self.seen()
        return seen is not None and await self._asked(
            "skips", {"message": seen["message"], "reason": reason}
        )

    async def _asked(self, what: str, body: Json) -> bool:
        if (seen := await self.seen()) is None:
            return False
        path = f"/v1/parked-keys/{seen['id']}/{what}"
        answer = await self.operator.send_until_answered(self.service, path, body)
        assert answer.status_code in MAY_BE_TOO_LATE, answer.text
        return answer.is_success
