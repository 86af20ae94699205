"""A run of the stack: its folder under `.run/`, its name, and whether it is still going on."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from dev.failure import NotStarted
from dev.lock import held, is_held

ROOT = Path(__file__).resolve().parents[4]
KEPT = 5


@contextmanager
def run_folder(name: str, root: Path = ROOT) -> Iterator[Path]:
    """A fresh folder for one run; the logs of the last few stay to be read, no settings do."""
    runs = root / ".run"
    with ExitStack() as going_on:
        try:
            runs.mkdir(exist_ok=True)
            with held(runs / "lock"):
                _sweep(runs)
                folder = _fresh(runs, name)
                going_on.enter_context(held(folder / "lock"))
        except PermissionError as error:
            raise NotStarted(f"{error.filename} belongs to another user.") from error
        try:
            yield folder
        finally:
            shutil.rmtree(folder / "settings", ignore_errors=True)


def running(root: Path = ROOT) -> list[Path]:
    """The folders of the runs that go on, the newest first."""
    return [folder for folder in _all(root / ".run") if is_held(folder / "lock")]


def _fresh(runs: Path, name: str) -> Path:
    for number in range(1, 1000):
        folder = runs / f"{name}-{os.getpid()}-{number}"
        if not folder.exists():
            folder.mkdir(mode=0o700)
            return folder
    raise AssertionError


def _sweep(runs: Path) -> None:
    finished = [folder for folder in _all(runs) if not is_held(folder / "lock")]
    for folder in finished[KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)
    for folder in finished[:KEPT]:
        for data in ("postgres", "kafka", "issuer", "settings"):
            shutil.rmtree(folder / data, ignore_errors=True)


def _all(runs: Path) -> list[Path]:
    locks = sorted(runs.glob("*/lock"), key=lambda lock: lock.stat().st_mtime, reverse=True)
    return [lock.parent for lock in locks]
