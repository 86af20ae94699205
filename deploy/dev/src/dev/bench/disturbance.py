"""How much of the machine somebody else used meanwhile: such a round is measured again."""

from dataclasses import dataclass

import psutil

BUSY = ("user", "nice", "system", "irq", "softirq", "steal")


@dataclass(frozen=True, slots=True)
class Used:
    """Seconds of processor time so far: of the whole machine, and of ours."""

    busy: float
    total: float
    own: dict[int, float]


def used() -> Used:
    times = psutil.cpu_times()
    busy = sum(getattr(times, name, 0.0) for name in BUSY)
    total = busy + times.idle + getattr(times, "iowait", 0.0)
    return Used(busy, total, dict(map(_seconds, _processes())))


def foreign(before: Used, after: Used) -> float:
    """The share of the machine that was neither idle nor ours."""
    total = after.total - before.total
    others = after.busy - before.busy - ours(before, after)
    return max(0.0, others) / total if total else 0.0


def ours(before: Used, after: Used) -> float:
    """Seconds that we used meanwhile."""
    return sum(seconds - before.own.get(pid, 0.0) for pid, seconds in after.own.items())


def _processes() -> list[psutil.Process]:
    """We and all that we started, the database's own processes among them."""
    us = psutil.Process()
    return [us, *us.children(recursive=True)]


def _seconds(process: psutil.Process) -> tuple[int, float]:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return process.pid, 0.0
    return process.pid, times.user + times.system
