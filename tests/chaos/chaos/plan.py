"""A plan of faults as data: what befalls whom, and when; written and read as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson

from dev.stack import PORTS
from rig.topics import PUBLISHING
from rig.windows import API, CONSUME, RELAY, WINDOWS

COMMANDED = ("intake", "casefile", "scheduling")
"""Services that take commands over HTTP."""
FOLLOWING = ("casefile", "scheduling", "notifications", "analytics")
SHOWING = ("intake", "casefile", "scheduling", "analytics")
"""Services that keep views."""
PLACES = {
    "mailed": ("notifications",),
    "claimed": ("casefile", "notifications"),
    "fetched": ("casefile", "notifications"),
    "projected": SHOWING,
}
"""Which services pass through a window, where not all that have its kind of process do."""
OF_KIND = {API: COMMANDED, CONSUME: FOLLOWING, RELAY: PUBLISHING}


class Kind(StrEnum):
    KILL = "kill"
    KILL_ALL = "kill-all"
    BACKEND = "postgres-backend"
    POSTMASTER = "postgres-kill"
    RESTART = "postgres-restart"
    FREEZE = "postgres-pause"
    STOP = "broker-stop"
    PAUSE = "broker-pause"
    CRASH = "broker-kill"
    WIPE = "broker-wipe"
    TAIL = "broker-tail"
    REPUBLISH = "republish"
    MAILBOX = "mailbox-away"


FAULTS: Mapping[Kind, str] = {
    Kind.KILL: "kill -9 of the process `target`, at the instant, or in the `window` after it",
    Kind.KILL_ALL: "kill -9 of all processes of all services at once",
    Kind.BACKEND: "kill -9 of a PostgreSQL server process of service `target`; all sessions end",
    Kind.POSTMASTER: "kill -9 of PostgreSQL's first process, then a start",
    Kind.RESTART: "a fast restart of PostgreSQL",
    Kind.FREEZE: "all of PostgreSQL stands still (SIGSTOP) for `seconds`",
    Kind.STOP: "the broker is stopped in an orderly way, and started after `seconds`",
    Kind.PAUSE: "the broker stands still (SIGSTOP) for `seconds`; 10 end produce and session",
    Kind.CRASH: "kill -9 of the broker, which is started after `seconds`",
    Kind.WIPE: "kill -9 of the broker, its folder emptied; started after `seconds`",
    Kind.TAIL: "kill -9 of the broker, some partitions cut short; started after `seconds`",
    Kind.REPUBLISH: "service `target` is told to publish everything again",
    Kind.MAILBOX: "the mail server is stopped, and started after `seconds`",
}


class BadPlan(Exception):
    """A plan that cannot be played; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`at` counts seconds from the moment in which the faults begin."""

    at: float
    kind: Kind
    target: str = ""
    window: str | None = None
    seconds: float = 0.0

    @property
    def name(self) -> str:
        return f"{self.kind} in {self.window}" if self.window else str(self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`seed` also decides what the clients do; `rate` is how many commands a second they begin."""

    seed: int
    rate: float
    faults: Sequence[Fault]

    def as_json(self) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "rate": self.rate,
            "faults": [_shown(fault) for fault in self.faults],
        }


def processes() -> list[str]:
    """All that can be killed by name: `intake.api`, `intake.relay`, `intake.consume`, ..."""
    return [f"{s}.{k}" for s in PORTS for k in OF_KIND if k != RELAY or s in PUBLISHING]


def passing(window: str) -> list[str]:
    """The processes that pass through a window."""
    return [
        f"{service}.{kind}"
        for kind in WINDOWS[window].kinds
        for service in PLACES.get(window, OF_KIND[kind])
    ]


def read(path: Path, *, seed: int, rate: float) -> Plan:
    """Raises BadPlan; what a file does not say is as the command line has it."""
    try:
        given = orjson.loads(path.read_bytes())
        faults = [_fault(entry) for entry in given["faults"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadPlan(f"{path} is no plan: {error!r}") from error
    ordered = sorted(faults, key=lambda fault: fault.at)
    return Plan(seed=given.get("seed", seed), rate=given.get("rate", rate), faults=ordered)


def _fault(entry: Mapping[str, Any]) -> Fault:
    fault = Fault(
        at=float(entry["at"]),
        kind=Kind(entry["fault"]),
        target=str(entry.get("target", "")),
        window=entry.get("window"),
        seconds=float(entry.get("seconds", 0.0)),
    )
    if fault.kind is Kind.KILL and fault.target not in processes():
        raise BadPlan(f"{fault.target!r} is none of {', '.join(processes())}")
    if fault.kind is Kind.BACKEND and fault.target not in PORTS:
        raise BadPlan(f"{fault.target!r} is none of {', '.join(PORTS)}")
    if fault.kind is Kind.REPUBLISH and fault.target not in PUBLISHING:
        raise BadPlan(f"{fault.target!r} is none of {', '.join(PUBLISHING)}")
    if fault.window and (fault.window not in WINDOWS or fault.target not in passing(fault.window)):
        raise BadPlan(f"{fault.target!r} does not pass through {fault.window!r}")
    return fault


def _shown(fault: Fault) -> dict[str, Any]:
    fields = asdict(fault)
    shown = {"at": round(fields["at"], 3), "fault": str(fault.kind)}
    return shown | {name: fields[name] for name in ("target", "window", "seconds") if fields[name]}
