"""What an analyst asks of the figures of one programme."""

from dataclasses import dataclass
from typing import Any

from rig.caller import Caller, Json


@dataclass(frozen=True, slots=True)
class Figures:
    analyst: Caller
    programme: str

    async def ask(self, figure: str, **query: object) -> Json:
        """Parameters as keywords (`from_` for `from`)."""
        asked = {"programme": self.programme, **{n.rstrip("_"): v for n, v in query.items()}}
        return await self.analyst.read("analytics", f"/v1/figures/{figure}", asked)

    async def days(self, start: str, finish: str) -> float:
        """Of the one case in which both happened."""
        found = await self.ask("durations", from_=start, to=finish)
        assert found["n"] == 1
        return float(found["days"]["mean"])

    async def support(self) -> tuple[float, float]:
        """In days and in months."""
        found = await self.ask("durations", from_="referral-made", to="case-closed")
        return found["days"]["mean"], round(found["months"]["mean"], 1)

    async def share(self, among: str, of: str) -> tuple[int, int]:
        found = await self.ask("shares", among=among, of=of)
        return found["yes"], found["n"]

    async def attended(self, talk: str) -> tuple[int, int]:
        """How often the case manager was there, of all talks of which that is known."""
        yes, no = f"{talk}:held.attended=yes", f"{talk}:held.attended=no"
        found = await self.ask("shares", of=yes, against=no)
        return found["yes"], found["yes"] + found["no"]

    async def counted(self, figure: str, *names: str, **query: Any) -> tuple[Any, ...]:  # noqa: ANN401 - each of its own
        found = await self.ask(figure, **query)
        return tuple(found[name] for name in names)
