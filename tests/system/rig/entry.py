"""Runs a service as tests need it: `python -m rig.entry all`; settings say where it is to break."""

import os
import signal
from collections.abc import Awaitable, Callable
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

from aiosmtplib import SMTP

from events.checkpoint import PostgresLead
from events.kafka import KafkaSubscription
from events.postgres import PostgresStore
from events.store import WriteSet
from events.work import Worker
from kit.serve import main
from kit.settings import Settings
from notifications.settings import NotificationSettings
from rig import handlers
from rig.old import read_old_offers

SETTINGS: dict[str, type[Settings]] = {"notifications": NotificationSettings}
Call = Callable[..., Awaitable[Any]]


def kill(window: str, armed: Path) -> None:
    """Installs a fail-point: the process dies there once the file exists, which then goes."""

    def die() -> None:
        if armed.exists():
            armed.unlink()
            os.kill(os.getpid(), signal.SIGKILL)

    match window:
        case "published":
            _put(PostgresLead, "advance", before=die)
        case "handled":
            _put(KafkaSubscription, "commit", before=die)
            setattr(Worker, "once", _idle)  # noqa: B010 - a method is replaced for a test
        case "appended":
            _put(PostgresStore, "append", after=die, when=_of_request)
        case "mailed":
            _put(SMTP, "data", after=die)
        case _:
            raise SystemExit(f"There is no fail-point {window}.")


async def _idle(_worker: Worker) -> int:
    """A process that dies for its consumer does no durable work, whose windows are others."""
    return 0


def _of_request(_store: PostgresStore, write: WriteSet) -> bool:
    """Reads and reactions append too."""
    return write.request is not None


def _always(*_given: object) -> bool:
    return True


def _put(
    owner: type,
    name: str,
    *,
    before: Callable[[], None] | None = None,
    after: Callable[[], None] | None = None,
    when: Callable[..., bool] = _always,
) -> None:
    call: Call = getattr(owner, name)

    @wraps(call)
    async def watched(*given: object, **named: object) -> object:
        if before and when(*given):
            before()
        result = await call(*given, **named)
        if after and when(*given):
            after()
        return result

    setattr(owner, name, watched)


if __name__ == "__main__":
    name = os.environ["RIG_SERVICE"]
    if os.environ.get("RIG_OLD"):
        read_old_offers()
    if point := os.environ.get("RIG_KILL"):
        kill(point, Path(os.environ["RIG_ARMED"]))
    whole = handlers.composed(import_module(f"{name}.app").compose, os.environ.get(handlers.FOLDER))
    main(name, whole, SETTINGS.get(name, Settings))
