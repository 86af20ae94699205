"""The figures of a campaign: what was survived, what became of the unknown, how long it took."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any, assert_never

from chaos.plan import COMMANDED, Fault, Kind, processes
from chaos.timeline import Struck, Timeline
from checker.evidence import Evidence, Exchange
from rig.topics import PUBLISHING

Json = dict[str, Any]
DATABASE = frozenset({Kind.BACKEND, Kind.POSTMASTER, Kind.RESTART, Kind.FREEZE})
KILLS = frozenset({Kind.KILL, Kind.KILL_ALL})


def survived(timeline: Timeline) -> Mapping[str, int]:
    """How often each kind of fault, and each window, was met."""
    return dict(sorted(Counter(s.fault.name for s in timeline.struck if s.met).items()))


def killed(timeline: Timeline) -> Mapping[str, int]:
    """How often each process was killed by itself, in a window or at any instant."""
    own = (s.fault.target for s in timeline.struck if s.met and s.fault.kind is Kind.KILL)
    return dict(sorted(Counter(own).items()))


def unknown(evidence: Evidence) -> Json:
    """Requests whose outcome a client did not know for a while, and what had become of it.

    It was stored by a try without an answer if that was before the first answer was asked for.
    """
    found = Counter[str]()
    for tries in _requests(evidence.exchanges):
        if tries[0].told is not None:
            continue
        found["requests"] += 1
        answered = next((t for t in tries if t.told is not None), None)
        recorded_at = _recorded(evidence, tries[0])
        before = recorded_at is not None and (answered is None or recorded_at < answered.began)
        found["stored" if before else "not stored"] += 1
    return {"tries": sum(1 for e in evidence.exchanges if e.told is None), **found}


def _requests(exchanges: Sequence[Exchange]) -> Iterable[Sequence[Exchange]]:
    tries = defaultdict[object, list[Exchange]](list)
    for exchange in exchanges:
        tries[exchange.service, exchange.request].append(exchange)
    return tries.values()


def _recorded(evidence: Evidence, exchange: Exchange) -> Any:  # noqa: ANN401
    """When what a request brought about was stored; None if nothing is."""
    books = evidence.books[exchange.service]
    kept = books.answers.get(exchange.request)
    return books.log[kept.position - 1].recorded_at if kept and kept.position else None


def duplicates(evidence: Evidence) -> Mapping[str, int]:
    """How many messages of a topic say what another one says; that is allowed."""
    counts = {}
    for topic, messages in evidence.topics.items():
        ids = Counter(dict(message.headers)["ce_id"] for message in messages)
        counts[topic] = sum(ids.values()) - len(ids)
    return counts


def mails(evidence: Evidence) -> Json:
    delivered = Counter(evidence.mails)
    return {"delivered": len(evidence.mails), "repeated": sum(delivered.values()) - len(delivered)}


def ready_again(timeline: Timeline) -> Mapping[str, Json]:
    """From the end of a process to the moment in which it is ready, by kind; servers all up."""
    seconds = defaultdict[str, list[float | None]](list)
    first = set[str]()
    for start in timeline.starts:
        if start.process in first:
            disturbed = timeline.disturbed(start.ended, start.ready)
            lasted = None if disturbed else start.ready - start.ended
            seconds[start.process.partition(".")[2]].append(lasted)
        first.add(start.process)
    return {kind: _summary(own) for kind, own in sorted(seconds.items())}


def first_success(timeline: Timeline) -> Mapping[str, Json]:
    """From the end of a fault to the first work done of those who suffered; no other fault near."""
    seconds = defaultdict[str, list[float | None]](list)
    for struck in (s for s in timeline.struck if s.met):
        seconds[_group(struck.fault)].append(_recovery(timeline, struck))
    return {name: _summary(own) for name, own in sorted(seconds.items())}


def _recovery(timeline: Timeline, struck: Struck) -> float | None:
    """None if another fault was near, or somebody who suffered was not seen at work any more.

    Of PostgreSQL the first who has success tells that it serves; else all must have theirs. Whom
    the group takes its partitions from has a rival, whose work looks as its own.
    """
    kind = struck.fault.kind
    if struck.fault.window == "rebalancing":
        return None
    first = timeline.first_life_anew if kind in KILLS else timeline.first_life
    lives = [first(name, struck.over) for name in sufferers(struck.fault)]
    known = [life for life in lives if life is not None]
    if not known or (len(known) < len(lives) and kind not in DATABASE):
        return None
    life = min(known) if kind in DATABASE else max(known)
    return None if timeline.disturbed(struck.began, struck.over + life, struck) else life


def _group(fault: Fault) -> str:
    own = f"kill of {fault.target.partition('.')[2]}"
    return own if fault.kind is Kind.KILL else str(fault.kind)


def sufferers(fault: Fault) -> Sequence[str]:
    """The processes whose next work tells that a fault is over."""
    match fault.kind:
        case Kind.KILL:
            return [fault.target]
        case Kind.KILL_ALL:
            return processes()
        case Kind.BACKEND | Kind.POSTMASTER | Kind.RESTART | Kind.FREEZE:
            return [f"{service}.api" for service in COMMANDED]
        case Kind.STOP | Kind.PAUSE | Kind.CRASH | Kind.WIPE | Kind.TAIL:
            return [f"{service}.relay" for service in PUBLISHING]
        case Kind.REPUBLISH:
            return [f"{fault.target}.relay"]
        case Kind.MAILBOX:
            return ["notifications.consume"]
        case new:
            assert_never(new)


def _summary(seconds: Sequence[float | None]) -> Json:
    """`n` could be measured, `of` so many."""
    measured = [own for own in seconds if own is not None]
    counts = {"n": len(measured), "of": len(seconds)}
    if not measured:
        return counts
    return {**counts, "median": round(median(measured), 2), "worst": round(max(measured), 2)}
