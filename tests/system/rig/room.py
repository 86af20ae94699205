"""File systems with little room, as root can make them, and what fills them."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CHUNK = bytes(65_536)
BALLAST = "ballast"


@contextmanager
def little_room(folder: Path, megabytes: int) -> Iterator[None]:
    """What is in the folder lies in a small file system of its own meanwhile, and is gone then."""
    before = folder.with_name(f"{folder.name}-before")
    folder.rename(before)
    folder.mkdir()
    _mount(folder, megabytes)
    try:
        subprocess.run(["/bin/cp", "-a", f"{before}/.", folder], check=True)
        shutil.rmtree(before)
        yield
    finally:
        subprocess.run(["/bin/umount", folder], check=True)


def _mount(folder: Path, megabytes: int) -> None:
    options = ["-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs"]
    done = subprocess.run(["/bin/mount", *options, folder], check=False, capture_output=True)
    if done.returncode:
        pytest.skip("A small file system can only be mounted by root, where mounting is allowed.")


def fill(folder: Path) -> None:
    """Leaves not a byte."""
    with (folder / BALLAST).open("ab", buffering=0) as ballast:
        for size in (len(CHUNK), 1):
            try:
                while ballast.write(CHUNK[:size]):
                    pass
            except OSError:
                continue


def make_room(folder: Path) -> None:
    (folder / BALLAST).unlink()
