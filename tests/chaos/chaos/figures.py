"""The figures of a campaign: what was survived, what became of the unknown, how long it took."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from chaos.plan import COMMANDED, Kind, processes
from chaos.timeline import Struck, Timeline
from checker.evidence import Evidence, Exchange
from rig.topics import PUBLISHING

Json = dict[str, Any]
DATABASE = frozenset({Kind.BACKEND, Kind.POSTMASTER, Kind.RESTART})
BROKER = frozenset({Kind.STOP, Kind.PAUSE, Kind.CRASH, Kind.WIPE})


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
    seconds = defaultdict[str, list[float]](list)
    first = set[str]()
    for start in timeline.starts:
        if start.process in first and not timeline.disturbed(start.ended, start.ready):
            seconds[start.process.partition(".")[2]].append(start.ready - start.ended)
        first.add(start.process)
    return {kind: _summary(own) for kind, own in sorted(seconds.items())}


def first_success(timeline: Timeline) -> Mapping[str, Json]:
    """From the end of a fault to the first work done of those who suffered; no other fault near."""
    seconds = defaultdict[str, list[float]](list)
    for struck in (s for s in timeline.struck if s.met):
        lives = [timeline.first_life(name, struck.over) for name in _sufferers(struck)]
        known = [life for life in lives if life is not None]
        if not known:
            continue
        life = min(known) if struck.fault.kind in DATABASE else max(known)
        if not timeline.disturbed(struck.began, struck.over + life, struck):
            seconds[_group(struck)].append(life)
    return {name: _summary(own) for name, own in sorted(seconds.items())}


def _group(struck: Struck) -> str:
    fault = struck.fault
    own = f"kill of {fault.target.partition('.')[2]}"
    return own if fault.kind is Kind.KILL else str(fault.kind)


def _sufferers(struck: Struck) -> Iterator[str]:
    match struck.fault.kind:
        case Kind.KILL:
            yield struck.fault.target
        case Kind.KILL_ALL:
            yield from processes()
        case kind if kind in DATABASE:
            yield from (f"{service}.api" for service in COMMANDED)
        case kind if kind in BROKER:
            yield from (f"{service}.relay" for service in PUBLISHING)
        case _:
            yield "notifications.consume"


def _summary(seconds: Sequence[float]) -> Json:
    return {
        "n": len(seconds),
        "median": round(median(seconds), 2),
        "worst": round(max(seconds), 2),
    }
