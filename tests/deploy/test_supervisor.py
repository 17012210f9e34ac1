"""The supervisor restarts ended processes, and stops all of them in order and in time."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.stack.errors import DeployError
from deploy.stack.external import ExternalServers
from deploy.stack.load import read_load
from deploy.stack.native import NativeStack
from deploy.stack.parts.process import Process
from deploy.stack.ports import port_map
from deploy.stack.state_dir import StateDir
from deploy.stack.supervisor import Supervisor
from tests.support.busy import here
from tests.support.children import IGNORES_SIGTERM, Child, lives
from tests.support.waiting import PATIENCE

RUNS = "echo up $$; exec sleep 60"
# Leaves its name and the end of its stop behind, in the order in which the stops end.
TELLS = "trap 'echo {name} >>order; exit' TERM; echo up $$; while :; do sleep 0.02; done"


async def until(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - files and lists cannot notify
            await asyncio.sleep(0.02)


async def test_a_crashed_process_is_restarted_and_reported(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor, child = Supervisor(said.append), Child("tiles-web-1", StateDir(tmp_path), RUNS)
    await supervisor.start(child)
    first = child.pid
    assert first
    os.kill(first, signal.SIGKILL)
    await until(lambda: said[-1].startswith("tiles-web-1 is ready again"))
    assert child.pid not in (None, first)
    assert said[2] == "tiles-web-1 ended (signal 9); starting it again in 0.5 s"
    await supervisor.stop([(5, [child])])


async def test_a_process_that_keeps_ending_is_restarted_less_and_less_often(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor, child = (
        Supervisor(said.append),
        Child("child", StateDir(tmp_path), "echo up $$; sleep 0.1; exit 7"),
    )
    await supervisor.start(child)
    await until(lambda: sum("ended" in line for line in said) == 3)
    await supervisor.stop([(5, [child])])
    pauses = [line.rpartition("in ")[2] for line in said if "ended (status 7)" in line]
    assert pauses == ["0.5 s", "1 s", "2 s"]


class Answering(Child):
    """A child that answers while a file of its name exists, and is ready while `<name>.ready` does."""

    def is_alive(self) -> bool:
        return (self.var.root / self.name).exists()

    def find_lack(self) -> str:
        return "" if (self.var.root / f"{self.name}.ready").exists() else "it lacks a file"


async def test_a_restarted_process_that_is_not_ready_in_time_is_left_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    supervisor, child = Supervisor(said.append), Answering("child", StateDir(tmp_path), RUNS)
    for name in ("child", "child.ready"):
        (tmp_path / name).touch()
    await supervisor.start(child)
    (tmp_path / "child.ready").unlink()
    monkeypatch.setattr("deploy.stack.parts.process.START_SECONDS", 0.01)
    assert child.pid
    os.kill(child.pid, signal.SIGKILL)
    await until(lambda: said[-1].startswith("child runs but was not ready after"))
    second = child.pid
    assert second
    await asyncio.sleep(1)
    assert child.pid == second
    await supervisor.stop([(5, [child])])


async def test_a_process_that_answers_nothing_for_long_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.stack.parts.process.LOOK_SECONDS", 0.1)
    monkeypatch.setattr("deploy.stack.parts.process.SILENT_SECONDS", 0.3)
    said: list[str] = []
    supervisor, child = Supervisor(said.append), Answering("child", StateDir(tmp_path), RUNS)
    for name in ("child", "child.ready"):
        (tmp_path / name).touch()
    await supervisor.start(child)
    first = child.pid
    (tmp_path / "child").unlink()
    await until(lambda: "no answer for" in said[-1])
    (tmp_path / "child").touch()
    await until(lambda: said[-1].startswith("child is ready again"))
    assert child.pid not in (None, first)
    await supervisor.stop([(5, [child])])


async def test_a_suspended_process_is_left_to_who_suspended_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.stack.parts.process.LOOK_SECONDS", 0.1)
    monkeypatch.setattr("deploy.stack.parts.process.SILENT_SECONDS", 0.2)
    supervisor, child = Supervisor(lambda _: None), Answering("child", StateDir(tmp_path), RUNS)
    for name in ("child", "child.ready"):
        (tmp_path / name).touch()
    await supervisor.start(child)
    first = child.pid
    assert first
    os.kill(first, signal.SIGSTOP)
    (tmp_path / "child").unlink()
    await asyncio.sleep(1)
    assert child.pid == first
    os.kill(first, signal.SIGCONT)
    await supervisor.stop([(5, [child])])


async def test_a_start_that_takes_long_tells_what_it_waits_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.stack.load.PROGRESS_SECONDS", 0.1)
    said: list[str] = []
    supervisor, child = Supervisor(said.append), Answering("child", StateDir(tmp_path), RUNS)
    (tmp_path / "child").touch()
    starting = asyncio.create_task(supervisor.start(child))
    await until(lambda: any(line.startswith("waiting for child, ") for line in said))
    assert "s so far: it lacks a file" in said[-1]
    (tmp_path / "child.ready").touch()
    await starting
    await supervisor.stop([(5, [child])])


async def test_no_more_processes_start_at_a_time_than_there_are_cores(tmp_path: Path) -> None:
    launched: list[Child] = []

    class Counted(Answering):
        async def launch(self) -> None:
            launched.append(self)
            await super().launch()

    names = [f"child-{number}" for number in range(read_load().cores + 1)]
    children = [Counted(name, StateDir(tmp_path), RUNS) for name in names]
    for name in names:
        (tmp_path / f"{name}.ready").touch()
    supervisor = Supervisor(lambda _: None)
    starting = asyncio.create_task(supervisor.start(*children))
    await until(lambda: all(child.pid for child in children[:-1]))
    await asyncio.sleep(0.2)
    assert launched == children[:-1]
    for name in names:
        (tmp_path / name).touch()
    await starting
    assert launched == children
    await supervisor.stop([(5, children)])


async def test_stages_stop_one_after_the_other(tmp_path: Path) -> None:
    var = StateDir(tmp_path)
    names = ("gateway", "web", "worker", "database")
    children: list[Process] = [Child(name, var, TELLS.format(name=name)) for name in names]
    supervisor = Supervisor(lambda _: None)
    await supervisor.start(*children)
    await supervisor.stop([(10, [child]) for child in children])
    assert (tmp_path / "order").read_text().split() == list(names)


async def test_a_process_that_ignores_its_stop_signal_is_killed(tmp_path: Path) -> None:
    var = StateDir(tmp_path)
    stuck, good = Child("stuck", var, IGNORES_SIGTERM), Child("good", var, TELLS.format(name="good"))
    supervisor = Supervisor(lambda _: None)
    await supervisor.start(stuck, good)
    pid = stuck.pid
    began = time.monotonic()
    await supervisor.stop([(0.5, [stuck]), (10, [good])])
    assert time.monotonic() - began < here(3)
    assert pid
    assert not lives(pid)
    assert (tmp_path / "order").read_text() == "good\n"


async def test_the_others_are_stopped_when_one_cannot_be_started(tmp_path: Path) -> None:
    var = StateDir(tmp_path)
    good, bad = Child("good", var, RUNS), Child("bad", var, "exit 1")
    supervisor = Supervisor(lambda _: None)
    with pytest.raises(DeployError, match="bad ended while starting"):
        await supervisor.start(good, bad)
    await supervisor.stop([(5, [bad, good])])
    assert list((tmp_path / "run").glob("*.pid")) == []


def test_a_stop_takes_less_than_15_s_and_ends_with_the_database(tmp_path: Path) -> None:
    ports = dict.fromkeys((port.name for port in port_map()), 1)
    order = NativeStack(StateDir(tmp_path), ports, ExternalServers({}, {})).stop_order
    assert [until for until, _ in order] == sorted(until for until, _ in order)
    assert order[-1][0] < 15
    assert [process.name for process in (order[0][1] + order[-1][1])] == ["gateway", "postgres"]
