"""The default mix: from a seed a plan in which every window and every kind of fault occurs.

And every process is killed at some instant, if there are kills enough: at least `LEAST`.
"""

import math
from collections.abc import Iterator, Sequence
from random import Random

from chaos.plan import Fault, Kind, Plan, passing, processes
from dev.stack import PORTS
from rig.topics import PUBLISHING
from rig.windows import API, CONSUME, RELAY, WINDOWS

SECONDS_PER_KILL = 3.0
"""Two processors start a process in about as long; with less between, nothing else is done."""
KILLS_PER_ROUND = 100
RANDOM_SHARE = 0.3
"""Of the kills beyond the first of each window and each process, so many come at any instant."""
WEIGHTS = {API: 4, CONSUME: 4, RELAY: 2}
SERVERS: Sequence[tuple[Kind, float]] = (
    (Kind.KILL_ALL, 0),
    (Kind.KILL_ALL, 0),
    (Kind.BACKEND, 0),
    (Kind.BACKEND, 0),
    (Kind.POSTMASTER, 0),
    (Kind.RESTART, 0),
    (Kind.FREEZE, 4),
    (Kind.STOP, 15),
    (Kind.PAUSE, 3),
    (Kind.PAUSE, 14),
    (Kind.CRASH, 2),
    (Kind.WIPE, 2),
    (Kind.TAIL, 2),
    (Kind.REPUBLISH, 0),
    (Kind.MAILBOX, 10),
)
"""One round, with the seconds that each lasts; 14 are more than produce and session time limits."""
EACH = [(name, kind) for name, window in WINDOWS.items() for kind in window.kinds]
"""Every window of every kind of process that passes through it."""
LEAST = len(EACH) + len(processes())
AIMED = {Kind.BACKEND: [*PORTS], Kind.REPUBLISH: [*PUBLISHING]}


def mixed(seed: int, kills: int, rate: float) -> Plan:
    chance = Random(seed)  # noqa: S311 - to be repeated
    seconds = kills * SECONDS_PER_KILL
    faults = [*_kills(chance, kills), *_servers(chance, kills, seconds)]
    return Plan(seed=seed, rate=rate, faults=sorted(faults, key=lambda fault: fault.at))


def _kills(chance: Random, kills: int) -> Iterator[Fault]:
    """Each window once, each process once at any instant, then more of both as chance has it."""
    windows = [_in_window(chance, *place) for place in chance.sample(EACH, len(EACH))]
    instants = [(name, None) for name in chance.sample(processes(), len(processes()))]
    places = [*windows, *instants][:kills]
    while len(places) < kills:
        places.append(_anywhere(chance))
    chance.shuffle(places)
    for number, (target, window) in enumerate(places):
        at = (number + chance.random()) * SECONDS_PER_KILL
        yield Fault(at=at, kind=Kind.KILL, target=target, window=window)


def _in_window(chance: Random, window: str, kind: str) -> tuple[str, str | None]:
    return chance.choice([t for t in passing(window) if t.endswith(f".{kind}")]), window


def _anywhere(chance: Random) -> tuple[str, str | None]:
    if chance.random() < RANDOM_SHARE:
        return chance.choice(processes()), None
    [kind] = chance.choices([*WEIGHTS], [*WEIGHTS.values()])
    return _in_window(
        chance, chance.choice([n for n, w in WINDOWS.items() if kind in w.kinds]), kind
    )


def _servers(chance: Random, kills: int, seconds: float) -> Iterator[Fault]:
    """Spread evenly, in any order."""
    rounds = math.ceil(kills / KILLS_PER_ROUND)
    drawn = [blow for _ in range(rounds) for blow in chance.sample(SERVERS, len(SERVERS))]
    for number, (kind, lasting) in enumerate(drawn):
        at = (number + chance.random()) * seconds / len(drawn)
        target = chance.choice(AIMED[kind]) if kind in AIMED else ""
        yield Fault(at=at, kind=kind, target=target, seconds=lasting)
