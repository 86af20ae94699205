"""Themes of the evaluation: bottlenecks, cooperation, quality, satisfaction, each by a figure."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID, uuid5

import pytest

from analytics.examples import CALLED, HOSPITAL, KEY, told
from analytics.log import Fact
from events.contracts.casefile import (
    CaseClosed,
    CaseOpened,
    EvaluationHeld,
    InstrumentCompleted,
    ReferredOut,
)
from events.contracts.contract import Contract, Known
from events.contracts.documents import DocumentChecked, DocumentCorrectionAnswered

pytestmark = pytest.mark.system

Ask = Callable[..., Awaitable[dict[str, Any]]]
Tell = Callable[[Sequence[Fact]], Awaitable[None]]
Share = Callable[..., Awaitable[tuple[int, ...]]]

YEAR = "2019-12-31"
QUESTIONS_ASKED = "leidraad.casefile.calamity-report-questions-asked.v1"
QUESTIONS_ANSWERED = "leidraad.casefile.calamity-report-questions-answered.v1"
OPENED = CaseOpened(organisation=HOSPITAL, spell=1)
DOCUMENT, REQUEST = uuid5(KEY, "document"), uuid5(KEY, "request")
DOUBTED = CALLED.model_copy(update={"boundary_doubts": ("advice-or-information",)})


def key(case: int) -> UUID:
    return uuid5(KEY, f"theme {case}")


def story(case: int, *events: Contract) -> list[Fact]:
    """One event a day."""
    return [
        told(number, event, f"2019-01-{number:02}", key=key(case))
        for number, event in enumerate((OPENED, *events), start=1)
    ]


def questions(case: int, type_: str, number: int, day: str) -> Fact:
    asked: dict[str, Any] = {
        "track": "calamity-investigation",
        "step": type_.split(".")[2],
        "outcome": None,
        "data": {},
    }
    return told(number, asked, day, key=key(case), type_=type_)


def checked(result: Known) -> DocumentChecked:
    return DocumentChecked(document=DOCUMENT, check="complete", result=result)


def corrected(answer: Known) -> DocumentCorrectionAnswered:
    return DocumentCorrectionAnswered(document=DOCUMENT, request=REQUEST, corrected=answer)


def marks(wave: str, **scores: float) -> InstrumentCompleted:
    return InstrumentCompleted(instrument="satisfaction", wave=wave, scores=scores)


def closed(**checklist: Known) -> CaseClosed:
    return CaseClosed(reason="settled", spell=1, checklist=checklist, open_needs=("psychosocial",))


TOLD = [
    *story(1, checked("no"), corrected("no"), DOUBTED, marks("first", quality=6, manner=9)),
    *story(2, checked("no"), corrected("yes"), CALLED, marks("first", quality=8)),
    *story(3, checked("yes"), ReferredOut(target="psychologist", need=None)),
    *story(4, checked("unknown"), EvaluationHeld(moment="closing"), closed(evaluated="yes")),
    *story(5, closed(evaluated="no")),
    questions(1, QUESTIONS_ASKED, 8, "2019-03-01"),
    questions(1, QUESTIONS_ANSWERED, 9, "2019-03-15"),
    questions(2, QUESTIONS_ASKED, 8, "2019-03-01"),
]


@pytest.fixture
async def ask(hears: Tell, figure: Ask) -> Ask:
    await hears(sorted(TOLD, key=lambda fact: fact.recorded_at))
    return figure


@pytest.fixture
async def share(ask: Ask) -> Share:
    async def asked(**query: str | list[str]) -> tuple[int, ...]:
        found = await ask("shares", asOf=YEAR, **query)
        return found["yes"], found["no"], found["unknown"], found["n"]

    return asked


async def test_bottlenecks_are_papers_that_lack_something_and_answers_that_do_not_come(
    ask: Ask, share: Share
) -> None:
    lacking, whole = (f"document-checked.result={result}" for result in ("no", "yes"))
    answers = await ask(
        "durations",
        from_="calamity-report-questions-asked",
        to="calamity-report-questions-answered",
        asOf=YEAR,
    )

    assert await share(among="document-checked", of=lacking, against=whole) == (2, 1, 1, 4)
    assert (answers["population"], answers["n"], answers["open"]) == (2, 1, 1)
    assert answers["days"]["median"] == 14


async def test_cooperation_is_who_puts_right_who_is_called_in_and_where_tasks_are_in_doubt(
    share: Share,
) -> None:
    answered = "document-correction-answered"
    refused, done = (f"{answered}.corrected={answer}" for answer in ("no", "yes"))

    assert await share(among=answered, of=done, against=refused) == (1, 1, 0, 2)
    assert await share(of="referred-out.target=psychologist") == (1, 0, 4, 5)
    doubt = "activity-logged.boundary-doubts=advice-or-information"
    assert await share(among="activity-logged", of=doubt) == (1, 0, 1, 2)


async def test_satisfaction_and_quality_are_marks_of_the_clients(ask: Ask) -> None:
    figure = await ask("scores", instrument="satisfaction", asOf=YEAR)

    shown = [(row["score"], row["cases"], row["values"]["mean"]) for row in figure["rows"]]
    assert shown == [("manner", 1, 9.0), ("quality", 2, 7.0)]


async def test_evaluations_and_what_stays_open_are_told_of_closed_cases(share: Share) -> None:
    among = {"among": "case-closed"}

    evaluated, not_evaluated = (f"case-closed.evaluated={said}" for said in ("yes", "no"))
    assert await share(**among, of=evaluated, against=not_evaluated) == (1, 1, 0, 2)
    assert await share(**among, of="evaluation-held.moment=closing") == (1, 0, 1, 2)
    assert await share(**among, of="case-closed.open-needs=psychosocial") == (2, 0, 0, 2)
