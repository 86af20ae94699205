"""Sets a fresh checkout up with nothing but the stock python3: environment, packages, jars."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import ssl
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Iterator, NoReturn, Sequence  # noqa: UP035 - read by Pythons too old as well

if TYPE_CHECKING:
    Running = subprocess.Popen[bytes]

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "leidraad-stamp"
LOG = ROOT / "build" / "setup.log"
LOCKS = [ROOT / "requirements" / name for name in ("bootstrap.lock", "requirements.lock")]
MEMBERS = sorted(path.parent for path in ROOT.glob("*/*/pyproject.toml"))
GIGABYTE = 1024**3
HEARTBEAT_SECONDS = 10
CERTIFICATES = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"]
# Settings of a surrounding environment that would send packages elsewhere than into ours.
FOREIGN = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"}
UNREACHED = (
    "NameResolution",
    "Temporary failure in name",
    "dns error",
    "Connection refused",
    "timed out",
    "Network is unreachable",
    "error sending request",
    "NewConnectionError",
    "No matching distribution",
    "tunnel",
    "Failed to fetch",
    "not reached",
)


def main() -> None:
    _check_python()
    with _one_at_a_time():
        if not _installed():
            _check_machine()
            _install()
        _jars()


def _check_python() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - the very thing to find out
        found = ".".join(map(str, sys.version_info[:3]))
        _stop(
            f"Leidraad needs Python 3.11 or newer; {sys.executable} is {found}. "
            "Name another one: make PYTHON=python3.13 ..."
        )


def _check_machine() -> None:
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian packs these two apart
        import venv  # noqa: F401, PLC0415
    except ImportError:
        _stop(
            "Python's venv module is missing; on Debian or Ubuntu, "
            "`apt-get install python3-venv` brings it."
        )
    free = shutil.disk_usage(ROOT).free
    if free < 2 * GIGABYTE:
        _stop(f"Leidraad needs 2 GB of free disk; {ROOT} has {free / GIGABYTE:.1f} GB.")
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if pages < 2 * GIGABYTE:
        _stop(f"Leidraad needs 2 GB of memory; this machine has {pages / GIGABYTE:.1f} GB.")


def _installed() -> bool:
    with contextlib.suppress(OSError):
        return STAMP.read_text() == _fingerprint()
    return False


def _fingerprint() -> str:
    """What the environment was made from; the path too, since the members point into it."""
    digest = hashlib.sha256(str(ROOT).encode())
    for path in [*LOCKS, *(member / "pyproject.toml" for member in MEMBERS)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _install() -> None:
    STAMP.unlink(missing_ok=True)
    uv = VENV / "bin" / "uv"
    if not _runs([uv, "--version"]) or not _runs([PYTHON, "-c", ""]):
        _step("virtual environment", [sys.executable, "-I", "-m", "venv", "--clear", VENV])
        pip = [PYTHON, "-I", "-m", "pip", "install", "--quiet", "--retries", "2"]
        _step("installer", [*pip, *_certificates(), "--require-hashes", "-r", LOCKS[0]])
    sync = [uv, "--system-certs", "pip", "sync", "--python", PYTHON, "--compile-bytecode"]
    _step("packages", [*sync, "--require-hashes", LOCKS[1]])
    install = [uv, "pip", "install", "--python", PYTHON, "--offline", "--no-deps"]
    members = [part for member in MEMBERS for part in ("--editable", member)]
    _step("project's own packages", [*install, "--no-build-isolation", *members])
    # Where Python may write no bytecode as it goes, every process would compile all of it anew.
    sources = [*(member / "src" for member in MEMBERS), ROOT / "tests"]
    _step("bytecode", [PYTHON, "-m", "compileall", "-q", *sources])
    STAMP.write_text(_fingerprint())


def _certificates() -> list[str]:
    """The system's certificate store, which an old pip does not look at by itself."""
    if "PIP_CERT" in os.environ:
        return []
    places = [ssl.get_default_verify_paths().cafile, *CERTIFICATES]
    found = next((place for place in places if place and Path(place).exists()), None)
    return ["--cert", found] if found else []


def _runs(command: Sequence[object]) -> bool:
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def _step(name: str, command: Sequence[object]) -> None:
    """Runs one step, its output in the log; says on the terminal that it goes on."""
    print(f"set-up: {name} ...", file=sys.stderr, flush=True)
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("w") as log:
        process = _start(command, log, log)
        _wait(process, name)
    if process.returncode:
        _explain(name)


def _jars() -> None:
    """Speaks for itself, about its progress and its failure."""
    process = _start([PYTHON, "-m", "dev.jars"], None, None)
    if process.wait():
        raise SystemExit(1)


def _start(command: Sequence[object], out: IO[str] | None, err: IO[str] | None) -> Running:
    return subprocess.Popen(
        [str(word) for word in command],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if key not in FOREIGN},
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=err,
    )


def _wait(process: Running, name: str) -> None:
    begun = time.monotonic()
    while True:
        try:
            process.wait(HEARTBEAT_SECONDS)
        except subprocess.TimeoutExpired:
            print(
                f"set-up: {name}, {time.monotonic() - begun:.0f} s so far",
                file=sys.stderr,
                flush=True,
            )
        except BaseException:
            process.terminate()
            process.wait()
            raise
        else:
            return


def _explain(name: str) -> NoReturn:
    output = LOG.read_text(errors="replace")
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    if any(sign.lower() in output.lower() for sign in UNREACHED):
        _stop(
            f"The package registry could not be reached while installing the {name}; "
            f"check network, proxy and certificates (details: {LOG.relative_to(ROOT)})."
        )
    _stop(
        f"The set-up failed at the {name}: {lines[-1] if lines else 'no reason given'} "
        f"(details: {LOG.relative_to(ROOT)})"
    )


def _stop(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise SystemExit(1)


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """`make demo` and `make test` may start together: the second waits for the first's set-up."""
    place = ROOT / ".run"
    place.mkdir(exist_ok=True)
    with (place / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("set-up: waiting for another one in this checkout", file=sys.stderr, flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        _stop("The set-up was interrupted; the next run goes on from there.")
    except OSError as error:
        _stop(f"The set-up failed: {error}")
