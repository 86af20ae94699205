"""Runs a service as tests need it: `python -m rig.entry all`; settings say where it is to break."""

import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from events.work import Claimed, Worker
from kit.serve import main
from kit.settings import Settings
from notifications.settings import NotificationSettings
from rig import handlers, windows
from rig.old import read_old_offers

SETTINGS: dict[str, type[Settings]] = {"notifications": NotificationSettings}


async def _nothing(_worker: Worker, _limit: int) -> Sequence[Claimed]:
    """A process that dies for its consumer does no durable work, whose windows are others."""
    return []


if __name__ == "__main__":
    name = os.environ["RIG_SERVICE"]
    if os.environ.get("RIG_OLD"):
        read_old_offers()
    if os.environ.get("RIG_IDLE"):
        setattr(Worker, "_claim", _nothing)  # noqa: B010 - a method is replaced for a test
    if armed := os.environ.get(windows.FOLDER):
        windows.install(Path(armed))
    whole = handlers.composed(import_module(f"{name}.app").compose, os.environ.get(handlers.FOLDER))
    main(name, whole, SETTINGS.get(name, Settings))
