"""The figures of a campaign, from histories in which each can be counted by hand."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import orjson
import pytest

from chaos import figures
from chaos.plan import Fault, Kind, processes
from chaos.report import as_bytes
from chaos.timeline import Life, Start, Struck, Timeline
from checker.evidence import Books, Evidence, Exchange, Refusal, Success
from events.broker import Message, Partition
from events.occurrence import Occurred
from events.store import Answer, Json, Recorded, RequestKey
from events.testing import METADATA, NOW, numbered

DONE = Success(201, "/1", 1, 1)
NO = Refusal(409, "conflict")
APIS = ["intake.api", "casefile.api", "scheduling.api"]
RELAYS = ["intake.relay", "casefile.relay", "scheduling.relay", "notifications.relay"]
Pick = Callable[[Iterable[float]], float]
FELT: dict[Kind, tuple[str, list[str], Pick]] = {
    Kind.KILL: ("casefile.relay", ["casefile.relay"], max),
    Kind.KILL_ALL: ("", processes(), max),
    Kind.BACKEND: ("analytics", APIS, min),
    Kind.POSTMASTER: ("", APIS, min),
    Kind.RESTART: ("", APIS, min),
    Kind.FREEZE: ("", APIS, min),
    Kind.STOP: ("", RELAYS, max),
    Kind.PAUSE: ("", RELAYS, max),
    Kind.CRASH: ("", RELAYS, max),
    Kind.WIPE: ("", RELAYS, max),
    Kind.TAIL: ("", RELAYS, max),
    Kind.REPUBLISH: ("casefile", ["casefile.relay"], max),
    Kind.MAILBOX: ("", ["notifications.consume"], max),
}
"""Its target, who feels it, and whether the first or the last of them tells that it is over."""


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def request(key: str) -> RequestKey:
    return RequestKey(subject="somebody", route="POST /", key=key)


def tried(key: str, began: float, told: Success | Refusal | None) -> Exchange:
    return Exchange(
        service="intake",
        request=request(key),
        correlation_id=numbered(1),
        told=told,
        began=at(began),
        ended=at(began + 1),
    )


def stored(position: int, seconds: float) -> Recorded[Json]:
    return Recorded(
        source="intake",
        position=position,
        id=numbered(position),
        key=numbered(7),
        stream=numbered(7),
        version=position,
        type="happened.v1",
        event={},
        occurred=Occurred.instant(NOW),
        recorded_at=at(seconds),
        metadata=METADATA,
    )


def kill(target: str, began: float, over: float, *, met: bool = True) -> Struck:
    fault = Fault(at=began, kind=Kind.KILL, target=target, window="sent")
    return Struck(fault=fault, began=began, over=over, met=met)


def seen(*instants: float) -> list[Life]:
    """Work that was seen at once."""
    return [Life(instant - 0.2, instant) for instant in instants]


def test_what_became_of_requests_without_an_answer_is_told_by_when_it_was_stored() -> None:
    exchanges = [
        tried("answered", 0, DONE),
        *(tried("asked once more", 0, DONE), tried("asked once more", 5, None)),
        *(tried("stored before", 0, None), tried("stored before", 5, DONE)),
        *(tried("stored later", 0, None), tried("stored later", 5, DONE)),
        *(tried("refused", 0, None), tried("refused", 5, None), tried("refused", 8, NO)),
    ]
    log = [stored(1, 0.5), stored(2, 1), stored(3, 5.5)]
    places = {"answered": 1, "stored before": 2, "stored later": 3}
    answers = {
        request(key): Answer(status=201, location="/1", version=1, position=position, body_hash=b"")
        for key, position in places.items()
    }
    evidence = Evidence(books={"intake": Books(log=log, answers=answers)}, exchanges=exchanges)

    found = figures.unknown(evidence)

    assert found == {"tries": 5, "requests": 3, "stored": 1, "not stored": 2}


def test_kills_count_by_kind_window_and_process_if_they_met_somebody() -> None:
    timeline = Timeline(struck=[kill("intake.api", 1, 2), kill("intake.api", 3, 4, met=False)])

    assert figures.survived(timeline) == {"kill in sent": 1}
    assert figures.killed(timeline) == {"intake.api": 1}


def test_a_process_is_ready_again_after_an_end_while_no_server_is_away() -> None:
    away = Fault(at=10, kind=Kind.STOP, seconds=5)
    timeline = Timeline(
        struck=[Struck(fault=away, began=10, over=15, met=True)],
        starts=[
            Start(process="intake.api", ended=0, ready=5),
            Start(process="intake.api", ended=6, ready=7.5),
            Start(process="intake.api", ended=14, ready=18),
        ],
    )

    found = figures.ready_again(timeline)

    assert found == {"api": {"n": 1, "of": 2, "median": 1.5, "worst": 1.5}}


def test_the_first_success_counts_from_the_end_of_a_fault_to_the_next_sign_of_life() -> None:
    restart = Struck(fault=Fault(at=20, kind=Kind.RESTART), began=20, over=22, met=True)
    timeline = Timeline(
        struck=[kill("intake.api", 1, 2), kill("intake.relay", 19, 19.5), restart],
        starts=[
            Start(process="intake.api", ended=2, ready=5),
            Start(process="intake.relay", ended=19.5, ready=22),
        ],
    )
    timeline.lives |= {
        "intake.api": seen(1.5, 4.0, 25.0),
        "casefile.api": seen(21.0, 23.0),
        "intake.relay": seen(25.0),
    }

    found = figures.first_success(timeline)

    assert orjson.loads(as_bytes(dict(found))) == {
        "kill of api": {"n": 1, "of": 1, "median": 2.0, "worst": 2.0},
        "kill of relay": {"n": 0, "of": 1},
        "postgres-restart": {"n": 1, "of": 1, "median": 1.0, "worst": 1.0},
    }


@pytest.mark.parametrize("kind", Kind)
def test_each_fault_is_over_when_those_who_feel_it_do_their_work_again(kind: Kind) -> None:
    target, feeling, tells = FELT[kind]
    struck = Struck(fault=Fault(at=1, kind=kind, target=target), began=1, over=2, met=True)
    timeline = Timeline(
        struck=[struck], starts=[Start(process=name, ended=2, ready=3) for name in processes()]
    )
    after = {name: 4.0 + number for number, name in enumerate(feeling)}
    timeline.lives |= {name: seen(after.get(name, 2.5)) for name in processes()}

    [(_, found)] = figures.first_success(timeline).items()

    lasted = tells(after.values()) - 2
    assert found == {"n": 1, "of": 1, "median": lasted, "worst": lasted}


@pytest.mark.parametrize("kind", [Kind.KILL, Kind.KILL_ALL])
def test_what_a_process_did_before_it_was_killed_is_no_success_after_it(kind: Kind) -> None:
    target, feeling, _ = FELT[kind]
    struck = Struck(fault=Fault(at=1, kind=kind, target=target), began=1, over=2, met=True)
    starts = [(0.0, 1.0), (2.1, 4.0), (9.0, 11.0)]
    timeline = Timeline(
        struck=[struck],
        starts=[Start(process=n, ended=e, ready=r) for n in feeling for e, r in starts],
    )
    lives = [Life(1.8, 2.0), Life(2.0, 2.2), Life(3.3, 3.5), Life(9.9, 10)]
    timeline.lives |= dict.fromkeys(feeling, lives)

    [(_, found)] = figures.first_success(timeline).items()

    assert found == {"n": 1, "of": 1, "median": 1.5, "worst": 1.5}


def test_a_fault_after_which_somebody_does_nothing_and_one_with_a_rival_have_no_figure() -> None:
    stop = Struck(fault=Fault(at=1, kind=Kind.STOP), began=1, over=2, met=True)
    taken = Fault(at=9, kind=Kind.KILL, target="intake.consume", window="rebalancing")
    start = Start(process="intake.consume", ended=10, ready=12)
    timeline = Timeline(
        struck=[stop, Struck(fault=taken, began=9, over=10, met=True)], starts=[start]
    )
    timeline.lives |= {name: seen(4) for name in RELAYS[1:]} | {"intake.consume": seen(13)}

    found = figures.first_success(timeline)

    assert found == {"broker-stop": {"n": 0, "of": 1}, "kill of consume": {"n": 0, "of": 1}}


def test_a_message_that_came_twice_and_a_mail_that_was_repeated_are_counted() -> None:
    twice = Message(Partition("intake.events", 0), 0, b"", [("ce_id", b"1")], None)
    once = Message(Partition("intake.events", 0), 2, b"", [("ce_id", b"2")], None)
    mails = [numbered(1), numbered(2), numbered(2)]
    evidence = Evidence(books={}, topics={"intake.events": [twice, twice, once]}, mails=mails)

    assert figures.duplicates(evidence) == {"intake.events": 1}
    assert figures.mails(evidence) == {"delivered": 3, "repeated": 1}
