"""Whether this machine has room for the whole stack."""

import shutil
from pathlib import Path

import psutil

from dev.failure import NotStarted

GIGABYTE = 1024**3
MEMORY = 1 * GIGABYTE
DISK = GIGABYTE // 2


def require_room(folder: Path) -> None:
    available = psutil.virtual_memory().available
    if available < MEMORY:
        raise NotStarted(f"The stack needs 1 GB of free memory; {_gigabytes(available)} are free.")
    free = shutil.disk_usage(folder).free
    if free < DISK:
        raise NotStarted(f"The stack needs 0.5 GB of free disk; {_gigabytes(free)} are free.")


def _gigabytes(size: int) -> str:
    return f"{size / GIGABYTE:.1f} GB"
