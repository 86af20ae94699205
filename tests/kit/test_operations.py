"""Health, metrics and logs, for those who run the services."""

import logging
from collections.abc import Callable, Iterator
from uuid import uuid4

import orjson
import pytest
import structlog
from structlog.typing import EventDict

from kit import logs as logging_of_kit
from kit.access import Role
from kit.settings import Environment
from kit.testing import Stand, problem

Make = Callable[..., Stand]


async def there() -> None: ...


async def missing() -> None:
    raise ConnectionError("canary")


async def test_a_process_that_lives_says_so_without_a_token(stand: Stand) -> None:
    answer = await stand.anonymous().get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


async def test_it_is_ready_when_all_its_parts_are_there(stand_of: Make) -> None:
    stand = stand_of(checks={"database": there, "kafka": there})

    assert (await stand.anonymous().get("/readyz")).status_code == 200


async def test_it_is_not_ready_while_a_part_is_missing(stand_of: Make) -> None:
    client = stand_of(checks={"database": missing, "kafka": there}).anonymous()

    answer = await client.get("/readyz")

    assert problem(answer) == (503, "not-ready")
    assert answer.json()["detail"] == "Not there: database."
    assert (await client.get("/healthz")).status_code == 200


async def test_requests_are_counted_by_the_template_of_their_route(stand: Stand) -> None:
    desk = stand.client(Role.DESK)
    await desk.get(f"/v1/toys/{uuid4()}")
    await desk.get("/v1/canary")
    await desk.request("CANARY", "/v1/toys")

    text = (await stand.anonymous().get("/metrics")).text

    line = 'leidraad_http_request_seconds_count{method="GET",route="/v1/toys/{toy}",service="toys"'
    assert line in text
    assert 'route="unmatched"' in text
    assert "canary" not in text.lower()


async def test_log_lines_hold_templates_and_codes_only(stand: Stand, logs: list[EventDict]) -> None:
    await stand.client(Role.DESK).get("/v1/toys/canary", params={"canary": "canary"})

    assert [line["event"] for line in logs] == ["http.answered"]
    assert logs[0]["route"] == "/v1/toys/{toy}"
    assert "canary" not in repr(logs)


@pytest.fixture
def configure() -> Iterator[Callable[..., None]]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield logging_of_kit.configure
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.raiseExceptions = True


def test_logs_are_json_with_the_place_of_an_error_and_not_its_message(
    configure: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    configure("toys", Environment.PRODUCTION)
    log = logging.getLogger("library")

    with structlog.contextvars.bound_contextvars(correlation_id="c"):
        try:
            int("canary")
        except ValueError:
            log.exception("broken")

    structlog.get_logger().info("ours", n=1)

    line, ours = map(orjson.loads, capsys.readouterr().err.splitlines())
    assert line["event"] == "broken"
    assert (line["service"], line["correlation_id"], line["error"]) == ("toys", "c", "ValueError")
    assert line["at"][-1].endswith(
        "test_logs_are_json_with_the_place_of_an_error_and_not_its_message"
    )
    assert "canary" not in repr(line)
    assert (ours["event"], ours["service"], ours["level"], ours["n"]) == ("ours", "toys", "info", 1)
