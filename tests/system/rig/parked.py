"""What an operator sees of a parked key over HTTP, and asks for."""

from dataclasses import dataclass
from uuid import UUID

import httpx

from rig.caller import Caller, Json


@dataclass(frozen=True, slots=True)
class Parked:
    """One key as the operator of a service sees it."""

    operator: Caller
    service: str
    key: UUID

    async def seen(self) -> Json | None:
        listed = await self.operator.read(self.service, "/v1/parked-keys")
        return next((item for item in listed["items"] if item["key"] == str(self.key)), None)

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
