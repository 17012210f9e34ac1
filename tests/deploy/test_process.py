"""Child processes end with their parent and everything they forked, and are found again after a crash."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from deploy.stack.errors import DeployError
from deploy.stack.parts.process import clear_leftovers
from deploy.stack.state_dir import REPOSITORY, StateDir
from tests.support.busy import here
from tests.support.children import IGNORES_SIGTERM, Child, lives
from tests.support.waiting import until

FORKS = "sleep 61 & echo up $$; sleep 60"

PARENT = """
import asyncio, pathlib, sys, time
from deploy.stack.state_dir import StateDir
from tests.support.children import Child
child = Child("child", StateDir(pathlib.Path(sys.argv[1])), "echo up $$; exec sleep 60")
asyncio.run(child.start())
print(child.pid, flush=True)
time.sleep(60)
"""


def crashed_parent(var: Path) -> tuple[int, int]:
    """Return the process ids of a killed parent and of its child."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(var)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    with parent.stdout:
        child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    return parent.pid, child


async def test_a_stopped_process_leaves_no_forked_process(tmp_path: Path) -> None:
    child = Child("child", StateDir(tmp_path), FORKS)
    await child.start()
    assert child.pid
    forked = [process.pid for process in psutil.Process(child.pid).children()]
    await child.stop()
    assert forked
    until(lambda: not any(map(lives, forked)))
    assert not (tmp_path / "run" / "child.pid").exists()


async def test_a_process_that_does_not_stop_in_time_is_killed(tmp_path: Path) -> None:
    child = Child("child", StateDir(tmp_path), IGNORES_SIGTERM)
    await child.start()
    began = time.monotonic()
    await child.stop(timeout=0.3)
    assert time.monotonic() - began < here(2)
    assert child.pid is None


async def test_a_process_that_ends_while_starting_is_reported_with_its_log(tmp_path: Path) -> None:
    child = Child("child", StateDir(tmp_path), "echo no such database; exit 3")
    with pytest.raises(DeployError, match=r"(?s)child ended while starting.*no such database"):
        await child.start()


async def test_a_new_run_keeps_the_log_of_the_previous_one(tmp_path: Path) -> None:
    for word in ("first", "second"):
        child = Child("child", StateDir(tmp_path), f"echo {word} up $$; exec sleep 60")
        await child.start()
        await child.stop()
    logs = tmp_path / "log"
    assert "first up" in (logs / "child.log.1").read_text()
    assert "first up" not in (logs / "child.log").read_text()


def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    _, child = crashed_parent(tmp_path)
    until(lambda: not lives(child))


async def test_leftovers_of_a_crashed_run_are_stopped_and_named(tmp_path: Path) -> None:
    var = StateDir(tmp_path)
    child = Child("child", var, "echo up $$; exec sleep 60")
    await child.start()
    pid = child.pid
    said: list[str] = []
    status, _ = await asyncio.gather(child.wait(), asyncio.to_thread(clear_leftovers, var, said.append))
    assert status == -signal.SIGTERM
    assert said == [f"stopping child of a crashed run (pid {pid})"]


def test_a_reused_process_id_is_left_alone(tmp_path: Path) -> None:
    var = StateDir(tmp_path)
    stranger = subprocess.Popen(["sleep", "60"], start_new_session=True)
    var.pid_file("postgres").write_text(f"{stranger.pid} SIGINT\n")
    try:
        clear_leftovers(var, pytest.fail)
        assert stranger.poll() is None
        assert not var.pid_file("postgres").exists()
    finally:
        stranger.kill()
        stranger.wait()
