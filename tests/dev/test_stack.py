"""The stack around a service that says what it was given."""

import asyncio
import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import KeySet

from dev.failure import NotStarted
from dev.port import free_port, is_free
from dev.process import until
from dev.stack import Stack, stack

pytestmark = pytest.mark.system

PROGRAMS = str(Path(__file__).parent / "programs")
GREETER = {"greeter": 0}
SETTINGS = {"PYTHONPATH": PROGRAMS, "PYTHONDONTWRITEBYTECODE": "1"}
MAIN = f"""
import asyncio, sys
from dev.stack import stack
from dev.terminal import run

async def main():
    async with stack("test", ports={{"greeter": int(sys.argv[1])}}, settings={SETTINGS!r}) as whole:
        print(whole.folder, flush=True)
        await asyncio.Event().wait()
    return 0

sys.exit(run(main()))
"""


@pytest.fixture(scope="module", autouse=True)
def _no_addresses_given() -> None:
    """Addresses of a surrounding environment would keep our own servers from starting."""
    given = {"KAFKA_BOOTSTRAP_SERVERS", "SMTP_URL", "JWKS_URL", "DATABASE_URL_GREETER"}
    assert not given & set(os.environ)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared() -> AsyncIterator[Stack]:
    async with stack(
        "test", ports=GREETER, environment="test", durable=False, settings=SETTINGS, say=_silent
    ) as started:
        yield started


@pytest.fixture
async def whole(shared: Stack) -> AsyncIterator[Stack]:
    """As fresh for each test: `all` of the service, and nothing beside it."""
    yield shared
    await shared.stop_all()
    shared.processes.clear()
    await shared.start("greeter")


async def test_a_service_is_migrated_and_given_everything_that_it_needs(whole: Stack) -> None:
    given = await _greeting(whole.url("greeter"))
    database = (whole.folder / "migrated").read_text()
    keys = await _published_keys(given["LEIDRAAD_JWKS_URL"])
    token = Path(given["LEIDRAAD_SERVICE_TOKEN_FILE"]).read_text()
    claims = jwt.decode(token, keys, algorithms=["RS256"]).claims

    assert given["arguments"] == ["all"]
    assert given["LEIDRAAD_ENVIRONMENT"] == "test"
    assert given["LEIDRAAD_DATABASE_URL"] == database
    assert len(base64.b64decode(given["LEIDRAAD_MASTER_KEY"])) == 32
    assert json.loads(given["LEIDRAAD_PEERS"]) == {"greeter": whole.url("greeter")}
    assert (claims["iss"], claims["role"]) == (given["LEIDRAAD_ISSUER"], "service")
    assert jwt.decode(whole.token("desk"), keys, algorithms=["RS256"]).claims["role"] == "desk"


async def test_a_killed_service_is_started_again_on_its_port(whole: Stack) -> None:
    before = await _greeting(whole.url("greeter"))
    await whole.kill("greeter")
    with pytest.raises(httpx.ConnectError):
        await _greeting(whole.url("greeter"))

    await whole.start("greeter")

    after = await _greeting(whole.url("greeter"))
    assert after["pid"] != before["pid"]
    assert after["LEIDRAAD_DATABASE_URL"] == before["LEIDRAAD_DATABASE_URL"]
    assert after["LEIDRAAD_MASTER_KEY"] == before["LEIDRAAD_MASTER_KEY"]


async def test_single_processes_stand_in_for_all(whole: Stack) -> None:
    await whole.stop("greeter")

    await whole.start("greeter", "api")
    await whole.start("greeter", "relay", settings={"LEIDRAAD_CLOCK_SHIFT": "60"})

    api = await _greeting(whole.url("greeter"))
    relay = await _greeting(whole.address("greeter", "relay"))
    assert api["arguments"] == ["api"]
    assert relay["arguments"] == ["relay"]
    assert relay["LEIDRAAD_CLOCK_SHIFT"] == "60"
    assert "LEIDRAAD_CLOCK_SHIFT" not in api


async def test_an_address_takes_one_port_however_often_it_is_asked_for(
    whole: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A port stays taken as long as this process lives: there would soon be none."""
    ports = iter([20_001, 20_002, 20_003])
    monkeypatch.setattr("dev.stack.free_port", lambda: next(ports))

    addresses = {whole.address("greeter", "relay.3") for _ in range(3)}

    assert len(addresses) == 1
    assert next(ports) == 20_002


async def test_a_kind_may_have_several_processes(whole: Stack) -> None:
    await whole.stop("greeter")

    for kind in ("relay", "relay.2"):
        await whole.start("greeter", kind)

    first, second = [
        await _greeting(whole.address("greeter", kind)) for kind in ("relay", "relay.2")
    ]
    assert first["arguments"] == second["arguments"] == ["relay"]
    assert first["pid"] != second["pid"]


async def test_a_shell_knows_the_settings_of_a_service_by_its_file(whole: Stack) -> None:
    file = whole.folder / "settings" / "greeter"
    given = await _greeting(whole.url("greeter"))

    done = await asyncio.create_subprocess_exec(
        "sh", "-c", f". '{file}'; env", env={}, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await done.communicate()

    settings = dict(line.split("=", 1) for line in told.decode().splitlines())
    assert {k: v for k, v in settings.items() if k.startswith("LEIDRAAD_")} == {
        k: v for k, v in given.items() if k.startswith("LEIDRAAD_")
    }
    assert file.parent.stat().st_mode & 0o077 == 0


async def test_without_kinds_databases_are_made_and_nothing_runs() -> None:
    async with stack(
        "test", ports=GREETER, durable=False, kinds=(), settings=SETTINGS, say=_silent
    ) as prepared:
        assert (prepared.folder / "migrated").exists()
        assert (prepared.folder / "settings").exists()
        assert prepared.processes == {}
    assert not (prepared.folder / "settings").exists()


async def test_another_entry_module_may_be_named(whole: Stack) -> None:
    await whole.stop("greeter")

    process = await whole.start("greeter", module="greeter_with_a_mark")

    assert (await _greeting(whole.url("greeter")))["LEIDRAAD_MARK"] == "seen"
    assert process.running


async def test_a_service_that_runs_is_not_started_twice(whole: Stack) -> None:
    with pytest.raises(NotStarted, match="greeter runs already"):
        await whole.start("greeter")


async def test_a_service_that_fails_is_told_by_its_last_words_and_nothing_stays() -> None:
    before = set(psutil.Process().children(recursive=True))

    with pytest.raises(NotStarted, match="the greeter was told to fail"):
        async with stack(
            "test", ports=GREETER, settings=SETTINGS | {"GREETER_FAILS": "1"}, say=_silent
        ):
            pass

    assert set(psutil.Process().children(recursive=True)) <= before


async def test_a_taken_port_is_told_before_anything_starts() -> None:
    said: list[str] = []
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(NotStarted, match=f"Port {port} is taken, and greeter needs it"):
            async with stack("test", ports={"greeter": port}, say=said.append):
                pass

    assert said == []


async def test_given_addresses_are_used_and_nothing_is_started_for_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given = {
        "DATABASE_URL_GREETER": "postgresql://elsewhere/greeter",
        "KAFKA_BOOTSTRAP_SERVERS": "elsewhere:9092",
        "SMTP_URL": "smtp://elsewhere:25",
        "JWKS_URL": "https://elsewhere/jwks",
        "OIDC_ISSUER": "https://elsewhere",
        "SERVICE_TOKEN_FILE": str(tmp_path / "token"),
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    async with stack("test", ports=GREETER, settings=SETTINGS, say=_silent) as whole:
        told = await _greeting(whole.url("greeter"))
        with pytest.raises(NotStarted, match="Only https://elsewhere can make tokens"):
            whole.token("desk")

    assert told["LEIDRAAD_DATABASE_URL"] == given["DATABASE_URL_GREETER"]
    assert told["LEIDRAAD_KAFKA"] == given["KAFKA_BOOTSTRAP_SERVERS"]
    assert told["LEIDRAAD_SMTP_URL"] == given["SMTP_URL"]
    assert told["LEIDRAAD_JWKS_URL"] == given["JWKS_URL"]
    assert told["LEIDRAAD_ISSUER"] == given["OIDC_ISSUER"]
    assert told["LEIDRAAD_SERVICE_TOKEN_FILE"] == given["SERVICE_TOKEN_FILE"]
    assert list(whole.processes) == [("greeter", "all")]


async def test_the_development_issuer_does_not_start_in_production() -> None:
    with pytest.raises(NotStarted, match="does not start in production"):
        async with stack("test", ports=GREETER, environment="production", say=_silent):
            pass


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_everything_in_order(number: signal.Signals) -> None:
    port = free_port()
    program = await _main(port)
    family = psutil.Process(program.pid).children(recursive=True)

    program.send_signal(number)
    ended = await asyncio.wait_for(program.wait(), 60)

    assert ended == 130
    assert len(family) > 4
    assert not any(process.is_running() for process in family)
    assert is_free(port)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux does it")
async def test_nothing_survives_when_the_stack_itself_is_killed() -> None:
    port = free_port()
    program = await _main(port)
    family = psutil.Process(program.pid).children(recursive=True)

    program.kill()
    await program.wait()

    await until(lambda: not any(p.is_running() for p in family), 20, "some live on")
    assert is_free(port)


async def _main(port: int) -> asyncio.subprocess.Process:
    """A program of its own that has the stack up."""
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", MAIN, str(port), stdout=subprocess.PIPE
    )
    assert program.stdout is not None
    async for line in program.stdout:
        if b".run" in line:
            return program
    raise AssertionError


async def _published_keys(url: str) -> KeySet:
    async with httpx.AsyncClient(trust_env=False) as client:
        return KeySet.import_key_set((await client.get(url)).json())


async def _greeting(url: str) -> dict[str, Any]:
    async with httpx.AsyncClient(trust_env=False) as client:
        told: dict[str, Any] = (await client.get(url)).json()
    return told


def _silent(_: str) -> None:
    """What the stack says on its way is for people."""
