"""Logs: one JSON object per line (coloured lines in development), of codes and ids, no texts."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog
from structlog.typing import Processor, WrappedLogger

from kit.settings import Environment

Event = MutableMapping[str, Any]

FRAMES = 12


def configure(service: str, environment: Environment) -> None:
    """Sends all log lines, those of libraries too, to standard error."""
    render: Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if environment is Environment.DEVELOPMENT
        else structlog.processors.JSONRenderer(serializer=_json)
    )
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _of(service),
        where,
    ]
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    _forward(shared, render)


def _forward(shared: list[Processor], render: Processor) -> None:
    """What libraries log goes the same way."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.raiseExceptions = False
    for noisy in ("httpx", "httpcore", "uvicorn", "aiokafka"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def where(_logger: WrappedLogger, _method: str, event: Event) -> Event:
    """Says which error it was and where, not its message: that may hold what someone typed."""
    error = _exc_info(event.pop("exc_info", None))
    if error:
        event["error"] = type(error).__qualname__
        event["at"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)[-FRAMES:]
        ]
    return event


def _exc_info(given: object) -> BaseException | None:
    match given:
        case BaseException():
            return given
        case (type(), BaseException() as error, _):
            return error
        case None | False:
            return None
        case _:
            return sys.exception()


def _of(service: str) -> Processor:
    def add(_logger: WrappedLogger, _method: str, event: Event) -> Event:
        event["service"] = service
        return event

    return add


def _json(event: Event, **_: object) -> str:
    return orjson.dumps(event, default=str).decode()
