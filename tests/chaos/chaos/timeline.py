"""What happened when: faults, ends and beginnings of processes, and signs of life."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic

from chaos.plan import Fault, Kind

AFTER_SECONDS = 30.0
"""A fault that is over may be felt so long: a session that ended is noticed when it is used."""
MAIL_FAULTS = {
    Kind.KILL_ALL,
    Kind.BACKEND,
    Kind.POSTMASTER,
    Kind.RESTART,
    Kind.FREEZE,
    Kind.MAILBOX,
}
"""Those that concern the sending of mails, whatever their target: a backend takes all along."""
MOMENT_SECONDS = 1.0
"""A process that ended so shortly before may have done so for the fault."""


@dataclass(slots=True, kw_only=True)
class Struck:
    """A fault that was played: from when to when, and whether it met whom it was meant for.

    `words` say why it did not.
    """

    fault: Fault
    began: float
    over: float
    met: bool
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A process from its end, or its first start, to the moment in which it was ready."""

    process: str
    ended: float
    ready: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """A process that ended by itself: no signal of ours, no window."""

    process: str
    code: int
    words: str


@dataclass(frozen=True, slots=True)
class Life:
    """Work that a process was seen to have done: after `since`, and by `seen`."""

    since: float
    seen: float


@dataclass(slots=True)
class Timeline:
    """`lives` are in the order in which they were seen."""

    struck: list[Struck] = field(default_factory=list)
    starts: list[Start] = field(default_factory=list)
    exits: list[Exit] = field(default_factory=list)
    lives: dict[str, list[Life]] = field(default_factory=lambda: defaultdict(list))

    def mailing_disturbed(self) -> list[tuple[datetime, datetime]]:
        """When a delivery of notifications may have ended half way."""
        then = datetime.now(UTC) - timedelta(seconds=monotonic())
        concern = [
            s
            for s in self.struck
            if s.fault.kind in MAIL_FAULTS or s.fault.target.startswith("notifications")
        ]
        return [
            (then + timedelta(seconds=s.began), then + timedelta(seconds=s.over + AFTER_SECONDS))
            for s in concern
        ]

    def lived(self, process: str, since: float) -> None:
        self.lives[process].append(Life(since, monotonic()))

    def first_life(self, process: str, since: float) -> float | None:
        """How long after an instant a process was seen at work."""
        return self._first(process, since, lambda life: life.seen > since)

    def first_life_anew(self, process: str, killed: float) -> float | None:
        """How long after its death a process was seen at work that its next start has done.

        What the dead one did is often seen only when it is dead.
        """
        starts = (s for s in self.starts if s.process == process and s.ready > killed)
        start = next(starts, None)
        if start is None:
            return None
        return self._first(process, killed, lambda life: life.since >= start.ended)

    def _first(self, process: str, since: float, counts: Callable[[Life], bool]) -> float | None:
        own = self.lives.get(process, [])
        return next((life.seen - since for life in own if counts(life)), None)

    def disturbed(self, since: float, until: float, but: Struck | None = None) -> bool:
        """Whether a fault of a server, or of everybody, fell into this time."""
        return any(
            other.began < until and other.over + MOMENT_SECONDS > since
            for other in self.struck
            if other is not but and other.fault.kind is not Kind.KILL
        )
