"""`manoflow up` with real processes: what it prints works, what dies is started again, what is open goes on."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from manoflow.adapters.vim.fake.knobs import await_held, clear, hold
from manoflow.adapters.vim.fake.ledger import journal, made_more_than_once
from manoflow.adapters.vim.fake.seed import NETWORKS
from manoflow.runtime.client import INSTANCES, Api, stands_still
from tests.packages import EXAMPLES, example_package
from tests.runtime.running import NAMES, READY_WITHIN, STOPS_WITHIN, Up, new_settings, refused, running, start
from tests.runtime.waiting import LOOK_AGAIN, runs, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with running(new_settings(tmp_path_factory.mktemp("up") / "home")) as one:
        yield one


def test_everything_that_it_prints_answers(up: Up) -> None:
    printed = re.sub(r"\s+", " ", up.printed)
    assert up.settings.ui_address in printed
    for url in (up.settings.ui_address, f"{up.settings.address}/docs", f"{up.settings.address}/readyz"):
        assert httpx.get(url).status_code == 200
    calls = [line.strip() for line in up.printed.splitlines() if line.strip().startswith("curl ")]
    assert len(calls) == 3
    answers = [subprocess.run(["bash", "-c", f"{call} -f"], capture_output=True, check=True).stdout for call in calls]
    assert all(answer.startswith((b"{", b"[")) for answer in answers)


def test_pids_are_those_of_the_programs_themselves(up: Up) -> None:
    commands = {name: Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for name, pid in up.pids().items()}
    assert commands["api"][1:4] == [b"-m", b"manoflow.runtime.cli", b"api"]
    assert commands["worker"][1:4] == [b"-m", b"manoflow.runtime.cli", b"worker"]
    assert commands["temporal"][1:3] == [b"server", b"start-dev"]


def test_a_default_vim_with_external_networks_is_there(up: Up) -> None:
    (vim,) = httpx.get(f"{up.settings.address}/manoflow/v1/vims").json()
    assert (vim["id"], vim["default"]) == ("fake", True)
    assert vim["interfaceInfo"]["latency"]["servers.create"] == up.settings.fake_server_seconds
    assert set(NETWORKS) == {"mgmt", "data"}


def test_the_key_of_credentials_is_its_owners_alone(up: Up) -> None:
    assert (up.settings.home / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_second_up_in_the_same_home_is_refused(up: Up) -> None:
    elsewhere = new_settings(up.settings.home)
    assert f"pid {up.process.pid} runs there" in refused(elsewhere)
    assert up.is_ready()


def test_taken_ports_are_refused_by_name(up: Up, tmp_path: Path) -> None:
    ours = up.settings
    here = new_settings(tmp_path / "home", ports=(ours.port, ours.temporal_port, ours.ui_port))
    said = refused(here)
    for name, port in (("PORT", ours.port), ("TEMPORAL_PORT", ours.temporal_port), ("UI_PORT", ours.ui_port)):
        assert f"127.0.0.1:{port}: the port is taken; choose another by MANOFLOW_{name}" in said


def test_a_program_that_does_not_start_is_shown_with_the_end_of_its_log(tmp_path: Path) -> None:
    settings = new_settings(tmp_path / "home")
    settings.home.mkdir()
    (settings.home / "temporal.db").write_text("not a database, though as long as the head of one " * 10)
    said = refused(settings)
    assert "cannot start temporal: it ended with status 1" in said
    assert "file is not a database" in said


def test_a_key_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    settings = new_settings(tmp_path / "home").model_copy(update={"secret_key": SecretStr("short")})
    assert "cannot use the key for credentials" in refused(settings)


def test_another_temporal_server_is_refused(tmp_path: Path) -> None:
    settings = new_settings(tmp_path / "home").model_copy(update={"temporal_address": "temporal.example:7233"})
    assert "cannot use the Temporal server at temporal.example:7233" in refused(settings)
    assert not settings.home.exists()


@pytest.mark.parametrize("name", NAMES)
def test_what_is_killed_is_started_again(up: Up, name: str) -> None:
    before = up.pids()
    os.kill(before[name], signal.SIGKILL)
    wait_until(lambda: up.pid(name) != before[name])
    wait_until(up.is_ready, READY_WITHIN)
    assert {other: up.pid(other) for other in NAMES if other != name} == {
        other: pid for other, pid in before.items() if other != name
    }
    told = f"{name} (pid {before[name]}) was killed by SIGKILL; started again as pid {up.pid(name)}"
    wait_until(lambda: told in up.printed)


@pytest.mark.parametrize("how", [pytest.param(signal.SIGINT, marks=pytest.mark.large), signal.SIGKILL])
async def test_what_is_open_goes_on_in_the_next_stack(tmp_path: Path, how: signal.Signals) -> None:
    settings = new_settings(tmp_path / "home")
    with running(settings) as first:
        operation = await begin_and_hold(first, tmp_path)
        assert first.stop(how) == (0 if how is signal.SIGINT else -how)
    calls = len(journal(settings.fake_world))
    clear(settings.fake_world)
    with running(settings):
        async with Api(settings.address) as api:
            await until_completed(api, operation)
    assert not [call for call in journal(settings.fake_world)[:calls] if call.call.endswith(".delete")]
    assert made_more_than_once(settings.fake_world) == ()


def test_a_closed_terminal_leaves_nothing_running(tmp_path: Path) -> None:
    settings = new_settings(tmp_path / "home")
    up = f"{sys.executable} -m manoflow.runtime.cli up"
    with start(settings, "script", "--quiet", "--command", up, str(tmp_path / "typescript")) as terminal:
        stack = Up(settings, terminal)
        wait_until(stack.is_ready, READY_WITHIN)
        pids = stack.pids()
        supervisor = int((settings.run / "lock").read_text())
        terminal.kill()
    wait_until(lambda: not runs(supervisor), STOPS_WITHIN)
    assert [pid for pid in pids.values() if runs(pid)] == []


async def begin_and_hold(up: Up, folder: Path) -> str:
    """Instantiate, and give the occurrence once the cloud holds the answer to the first server's creation."""
    point = hold(up.settings.fake_world, "servers.create", "after")
    async with Api(up.settings.address) as api:
        package = await api.onboard(example_package("single-vdu", folder))
        vnf = (await api.post(INSTANCES, {"vnfdId": package["vnfdId"]})).json()["id"]
        request = json.loads((EXAMPLES / "single-vdu" / "instantiate.json").read_text())
        operation = await api.begin(vnf, "instantiate", request)
    await await_held(up.settings.fake_world, point, within=READY_WITHIN)
    return operation


async def until_completed(api: Api, operation: str) -> None:
    async with asyncio.timeout(READY_WITHIN):
        while not stands_still(occurrence := await api.occurrence(operation)):
            await asyncio.sleep(LOOK_AGAIN)
    assert occurrence["operationState"] == "COMPLETED"
