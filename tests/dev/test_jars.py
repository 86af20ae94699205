"""Kafka's jars: all pinned, and none used whose checksum differs."""

import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

from dev import jars
from dev.failure import NotStarted


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "leidraad" / "kafka"


def test_every_jar_of_the_lock_is_pinned_by_name() -> None:
    pinned = tomllib.loads(jars.LOCK.with_name("jgo.toml").read_text())["dependencies"]

    locked = {f"{jar.group}:{jar.artifact}:{jar.version}" for jar in jars.locked()}

    assert locked == set(pinned["coordinates"])
    assert len(locked) == 47


def test_the_lock_names_no_address() -> None:
    assert "://" not in jars.LOCK.read_text()


def test_only_missing_and_damaged_jars_are_fetched(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, damaged, missing = (_jar(name, b"right") for name in ("a", "b", "c"))
    cache.mkdir(parents=True)
    (cache / right.file_name).write_bytes(b"right")
    (cache / damaged.file_name).write_bytes(b"wrong")
    fetched: list[jars.Jar] = []
    monkeypatch.setattr(jars, "locked", lambda: [right, damaged, missing])
    monkeypatch.setattr(jars, "_fetch", lambda wanted, _: fetched.extend(wanted))

    jars.class_path()

    assert fetched == [damaged, missing]


@pytest.mark.system
def test_a_jar_with_another_checksum_is_refused(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = next(jar for jar in jars.locked() if jar.artifact == "jspecify")
    forged = jars.Jar(real.group, real.artifact, real.version, sha256="0" * 64)
    monkeypatch.setattr(jars, "locked", lambda: [forged])

    with pytest.raises(NotStarted, match="checksum"):
        jars.class_path()

    assert not (cache / forged.file_name).exists()


def _jar(name: str, content: bytes) -> jars.Jar:
    return jars.Jar("group", name, "1", sha256(content).hexdigest())
