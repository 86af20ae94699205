"""The set-up script: what it says when something is missing, and when it has nothing to do."""

import importlib.util
import subprocess
import sys
from collections import namedtuple
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "deploy" / "dev" / "bootstrap.py"
Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 - shutil's own form


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "requirements.lock").write_text("one==1")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "LOG", tmp_path / "build" / "setup.log")
    monkeypatch.setattr(module, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr(module, "LOCKS", [tmp_path / "requirements.lock"])
    monkeypatch.setattr(module, "MEMBERS", [])
    return module


def test_an_old_python_is_refused_in_one_sentence(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 9, "final", 0))

    with pytest.raises(SystemExit) as stopped:
        bootstrap.main()

    assert stopped.value.code == 1
    assert "needs Python 3.11 or newer" in capsys.readouterr().err


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_missing_venv_module_is_named(
    bootstrap: ModuleType,
    module: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, module, None)

    with pytest.raises(SystemExit):
        bootstrap.main()

    assert "apt-get install python3-venv" in capsys.readouterr().err


def test_a_full_disk_is_refused_before_anything_is_fetched(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda _: Usage(10, 9, 1))

    with pytest.raises(SystemExit):
        bootstrap.main()

    assert "2 GB of free disk" in capsys.readouterr().err
    assert not bootstrap.LOG.exists()


def test_an_unreachable_registry_is_one_sentence(
    bootstrap: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = [sys.executable, "-c", "import sys; sys.exit('[Errno 111] Connection refused')"]

    with pytest.raises(SystemExit):
        bootstrap._step("packages", failing)

    step, said = capsys.readouterr().err.splitlines()
    assert step == "set-up: packages ..."
    assert said.startswith("The package registry could not be reached")


def test_another_failure_is_told_by_its_last_line(
    bootstrap: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = [sys.executable, "-c", "import sys; sys.exit('noise\\nno such hash')"]

    with pytest.raises(SystemExit):
        bootstrap._step("packages", failing)

    assert "failed at the packages: no such hash" in capsys.readouterr().err


def test_the_environment_is_stale_when_a_lock_changes_or_the_checkout_moves(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert not bootstrap._installed()
    bootstrap.STAMP.write_text(bootstrap._fingerprint())
    assert bootstrap._installed()

    (tmp_path / "requirements.lock").write_text("one==2")
    assert not bootstrap._installed()

    (tmp_path / "requirements.lock").write_text("one==1")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path / "moved")
    assert not bootstrap._installed()


@pytest.mark.parametrize("lock", ["bootstrap.lock", "requirements.lock"])
def test_lock_files_name_no_address_and_hash_everything(lock: str) -> None:
    text = (SCRIPT.parents[2] / "requirements" / lock).read_text()
    requirements = text.replace("\\\n", "").splitlines()

    assert "://" not in text
    assert requirements
    assert all(" --hash=sha256:" in line for line in requirements)


def test_the_script_is_read_by_an_old_python() -> None:
    """Only then can it say that the Python is too old."""
    check = "import ast, sys; ast.parse(open(sys.argv[1]).read(), feature_version=(3, 7))"

    subprocess.run([sys.executable, "-c", check, SCRIPT], check=True)
