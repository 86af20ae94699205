"""Runs a service as tests need it: `python -m rig.entry all`; settings say where it is to break."""

import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

from aiosmtplib import SMTP

from events.checkpoint import PostgresLead
from events.kafka import KafkaSubscription
from events.lanes import Handle
from events.postgres import PostgresStore
from events.store import Recorded, WriteSet
from events.work import Worker
from kit.composition import Compose, Ground, Service
from kit.serve import main
from kit.settings import Settings
from notifications.settings import NotificationSettings
from rig.old import read_old_offers

SETTINGS: dict[str, type[Settings]] = {"notifications": NotificationSettings}
Call = Callable[..., Awaitable[Any]]


class Fault(Exception):
    """What a handler raises for a key that it is told to fail for."""


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


def failing(handle: Handle, keys: Path) -> Handle:
    """Fails for the keys that the file names, as long as it does."""

    async def fail_or_handle(message: Recorded[Any]) -> None:
        if str(message.key) in keys.read_text().split():
            raise Fault
        await handle(message)

    return fail_or_handle


def composed(compose: Compose[Any], faults: Path | None) -> Compose[Any]:
    def compose_with_faults(ground: Ground[Any]) -> Service:
        service = compose(ground)
        if faults is None:
            return service
        follows = [replace(f, handle=failing(f.handle, faults)) for f in service.follows]
        return replace(service, follows=follows)

    return compose_with_faults


if __name__ == "__main__":
    name = os.environ["RIG_SERVICE"]
    if os.environ.get("RIG_OLD"):
        read_old_offers()
    if point := os.environ.get("RIG_KILL"):
        kill(point, Path(os.environ["RIG_ARMED"]))
    faulty = os.environ.get("RIG_FAULTS")
    whole = composed(import_module(f"{name}.app").compose, Path(faulty) if faulty else None)
    main(name, whole, SETTINGS.get(name, Settings))
