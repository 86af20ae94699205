"""The documents say what is there: targets, endpoints, settings, modules, topics and folders."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import takewhile
from pathlib import Path
from typing import Any, get_args

import pytest
from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

import analytics.figures
import casefile
import intake
import notifications
import scheduling
from casefile.case import state as case
from dev.stack import PORTS
from intake.offer import state as offer
from intake.referral import decider as referral
from kit import parking
from kit.access import Role
from kit.settings import PREFIX
from notifications.settings import NotificationSettings
from scheduling.appointment import state as appointment
from scheduling.deadline import decider as deadline

ROOT = Path(__file__).parents[1]
DOCUMENTS = [p for p in ROOT.glob("**/*.md") if not {".venv", ".run"} & set(p.parts)]
SERVICES = (analytics.figures, casefile, intake, notifications, scheduling)
LESSONS = ROOT / "libs/programmes/lessons.md"
QUESTIONS = ROOT / "services/analytics/README.md"
EVIDENCE = ROOT / "tests/checker/README.md"
TEST = re.compile(r"`(tests/[\w/]+\.py::test_\w+)`")
NONE = "\N{EN DASH}"
README = (ROOT / "README.md").read_text()


def said(pattern: str) -> Iterator[tuple[Path, str]]:
    """Everywhere that a document says something of this form."""
    for document in DOCUMENTS:
        for found in re.findall(pattern, document.read_text()):
            yield document, found


def routers() -> Iterator[APIRouter]:
    yield parking.router
    for package in SERVICES:
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if "migrations" in module.name or module.name.endswith("__main__"):
                continue
            router = getattr(importlib.import_module(module.name), "router", None)
            if isinstance(router, APIRouter):
                yield router


def routes() -> Iterator[APIRoute]:
    for router in routers():
        yield from (route for route in router.routes if isinstance(route, APIRoute))


def asked(dependant: Dependant) -> Iterator[Any]:
    """The query parameters of a route."""
    yield from dependant.query_params
    for dependency in dependant.dependencies:
        yield from asked(dependency)


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    named = {target for _, target in said(r"(?:`|\$\()make (?:-s )?([a-z-]+)")}

    assert {"demo", "test", "token"} <= named
    assert named <= targets


def test_every_endpoint_that_is_named_exists() -> None:
    paths = {getattr(route, "path", "") for router in routers() for route in router.routes}
    shapes = {re.sub(r"\{[^}]*\}", "{}", path) for path in paths}

    named = {
        (d, re.sub(r"\{[^}]*\}", "{}", p))
        for d, p in said(r"(/v1/[a-z/{}A-Z_-]*[a-z}])(?![a-z/}]*/…)")
    }

    assert len(named) >= 4
    assert [(d, path) for d, path in named if path not in shapes] == []


def test_every_query_parameter_says_what_it_means() -> None:
    queries = {(route.path, query) for route in routes() for query in asked(route.dependant)}

    assert len(queries) > 100
    assert {(p, q.alias) for p, q in queries if not q.field_info.description} == set()


@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        ("/v1/appointments", appointment.Status),
        ("/v1/candidates", offer.Status),
        ("/v1/cases", case.Status),
        ("/v1/deadlines", deadline.Status),
        ("/v1/referrals", referral.Status),
    ],
)
def test_a_list_may_be_asked_for_every_status_that_a_record_has(
    path: str, statuses: type[StrEnum]
) -> None:
    [status] = [
        query.field_info.annotation
        for route in routes()
        if route.path == path and "GET" in (route.methods or ())
        for query in asked(route.dependant)
        if query.alias == "status"
    ]

    assert set(get_args(get_args(status)[0])) == set(statuses) - {"new"}


def test_every_setting_is_named_in_kits_readme_and_nothing_else() -> None:
    text = (ROOT / "libs/kit/README.md").read_text()
    table = text.partition("## Settings")[2].partition("## ")[0]

    named = {name for cell in re.findall(r"(?m)^\| (`.*?) \|", table) for name in cell.split(", ")}

    assert {name.strip("`").lower() for name in named} == set(NotificationSettings.model_fields)
    assert {n for _, n in said(PREFIX + "([A-Z_]+)")} <= {n.strip("`") for n in named}


def test_every_test_that_is_named_exists() -> None:
    named = {node for _, node in said(TEST.pattern)}

    missing = [node for node in named if not _is_there(*node.split("::"))]

    assert named
    assert missing == []


def _is_there(file: str, test: str) -> bool:
    return f"def {test}(" in (ROOT / file).read_text()


def table(document: Path, head: str) -> list[list[str]]:
    """The cells of each row of the table with this head."""
    rows = document.read_text().partition(head + "\n")[2].splitlines()[1:]
    filled = takewhile(lambda row: row.startswith("|"), rows)
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in filled]


def test_every_lesson_of_the_pilot_has_a_test_or_says_to_which_later_part_it_belongs() -> None:
    rows = table(LESSONS, "| # | lesson | here | test | open |")
    parts = {part for part, _ in table(LESSONS, "| part | what it will hold |")}

    assert [int(number) for number, *_ in rows] == list(range(1, 32))
    for number, _, here, test, still_open in rows:
        assert ("::test_" in test) == (here != NONE), number
        assert here != NONE or still_open != NONE, number
        assert still_open == NONE or still_open.partition(": ")[0] in parts, number
    assert "not yet" not in LESSONS.read_text().lower()


def test_every_question_of_the_programme_has_its_tests() -> None:
    rows = table(QUESTIONS, "| question | answer | tests |")

    numbers = [found[0] for question, *_ in rows if (found := re.findall(r"^\d+", question))]
    assert [int(number) for number in numbers] == list(range(1, 24))
    assert [question for question, _, tests in rows if not TEST.search(tests)] == []
    assert [tests for *_, tests in rows if TEST.sub("", tests).strip(", ")] == []


def test_every_event_that_is_not_published_is_in_the_readme_of_the_checker() -> None:
    rows = table(EVIDENCE, "| service | types that never come on its topic |")
    told = {service: set(re.findall(r"`([^`]+)`", types)) for service, types in rows}
    publishers = {s: importlib.import_module(f"{s}.publish") for s in PORTS if s != "analytics"}

    kept = {
        service: {name for name, event in module.CODEC.names.items() if event in module.KEPT}
        for service, module in publishers.items()
    }

    assert told == kept | {"analytics": set()}


def test_decisions_are_numbered_through_the_whole_repository() -> None:
    numbers = sorted(int(number) for _, number in said(r"(?m)^### (\d+)\. "))

    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("library", ["events"])
def test_every_module_of_a_library_is_in_its_readme(library: str) -> None:
    text = (ROOT / "libs" / library / "README.md").read_text()
    modules = {
        module.name for module in pkgutil.iter_modules([f"{ROOT}/libs/{library}/src/{library}"])
    }

    named = set(re.findall(r"`([a-z_]+)/?`", "".join(re.findall(r"(?m)^\|.*?\|", text))))

    assert modules - named == set()
    assert {n for n in named if n != "scripts"} <= modules


def test_every_role_and_service_is_in_the_readme() -> None:
    for role in Role:
        assert f"`{role}`" in README
    for service in PORTS:
        assert f"**{service}**" in README
        assert (ROOT / "services" / service / "README.md").exists()


def test_every_folder_and_file_that_the_readme_maps_exists() -> None:
    mapped = re.findall(r"(?m)^\| `([a-z/]+/)` \|", README)

    assert len(mapped) >= 6
    assert [folder for folder in mapped if not (ROOT / folder).is_dir()] == []


def test_the_topics_and_groups_that_are_named_are_those_of_the_code() -> None:
    groups = {
        module.GROUP
        for module in map(
            importlib.import_module,
            (
                "analytics.log",
                "casefile.app",
                "casefile.reactions.consents",
                "notifications.app",
                "scheduling.reactions.consents",
                "scheduling.reactions.deadlines",
            ),
        )
    }

    named = {group for _, group in said(r"group `([a-z]+\.[a-z]+)`")}

    assert named == groups
    assert len(groups) == 6
    assert {t for _, t in said(r"`([a-z]+)\.events`")} <= set(PORTS) | {"intake"}
