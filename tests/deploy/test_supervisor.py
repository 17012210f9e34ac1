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
    order = NativeStack(StateDir(tmp_path), ports, {}).stop_order
    assert [until for until, _ in order] == sorted(until for until, _ in order)
    assert order[-1][0] < 15
    assert [process.name for process in (order[0][1] + order[-1][1])] == ["gateway", "postgres"]
