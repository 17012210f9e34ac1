"""The whole stack, as `tessera run` starts, keeps and stops it."""

from __future__ import annotations

import json
import os
import signal
import urllib.request
from pathlib import Path

import pytest

from deploy.stack.parts.process import find_processes
from deploy.stack.ports import port_map
from deploy.stack.programs import PROGRAMS
from tests.support.busy import here
from tests.support.commands import run
from tests.support.stack import Stack, listeners_of, processes_of, run_environment
from tests.support.waiting import PATIENCE, until


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def test_every_listener_is_in_the_port_map_and_only_the_gateway_is_public(stack: Stack) -> None:
    listeners = listeners_of(stack)
    assert len(listeners) == sum(port.way == "native" for port in port_map())
    public = [port for port, addresses in listeners.items() if not addresses <= {"127.0.0.1", "::1"}]
    assert public == [int(stack.url.rpartition(":")[2])]


def test_no_secret_is_in_an_environment_or_a_command_line(stack: Stack) -> None:
    secrets = [path.read_text() for path in (stack.var / "secrets").iterdir()]
    for process in find_processes(lambda one: one.environ().get("TESSERA_VAR") == str(stack.var)):
        shown = "\n".join([*process.cmdline(), *process.environ().values()])
        assert [secret for secret in secrets if secret in shown] == [], process.cmdline()


def test_a_second_run_in_its_folder_names_its_pid_and_url(stack: Stack) -> None:
    done = run("run", env=run_environment(stack.var))
    assert done.returncode == 1
    assert done.stderr.endswith(f": pid {stack.process.pid}, {stack.url}\n")


def test_exec_runs_a_verb_with_the_secrets_of_the_stack(stack: Stack) -> None:
    env = {
        **os.environ,
        "TESSERA_VAR": str(stack.var),
    }  # another terminal needs nothing else to find the stack
    done = run("exec", "users", "repair-stats", env=env)
    assert done.returncode == 0, done.stderr
    assert "repaired" in json.loads(done.stdout.splitlines()[-1])


def test_exec_passes_arguments_and_the_exit_status(stack: Stack) -> None:
    env = {**os.environ, "TESSERA_VAR": str(stack.var)}
    done = run("exec", "auth", "reset-password", "no-such-artist", env=env)
    assert done.returncode == 1
    assert "no-such-artist" in done.stderr


@pytest.mark.parametrize("name", ["gateway", "postgres", *(program.name for program in PROGRAMS)])
def test_a_killed_process_is_back_and_the_stack_answers(stack: Stack, name: str) -> None:
    before = stack.pids(name)[0]
    stack.kill(name)
    until(lambda: stack.pids(name)[:1] not in ([], [before]))
    until(
        lambda: answers(f"{stack.url}/.well-known/jwks.json") and answers(f"{stack.url}/api/v1/canvases"), 20
    )


def test_a_stack_starts_again_after_kill_9_and_stops_within_15_s(tmp_path: Path) -> None:
    var = tmp_path / "var"
    env = run_environment(var)
    first = Stack(var, env)
    os.kill(first.process.pid, signal.SIGKILL)
    first.process.wait()
    second = Stack(var, env)
    assert second.admin == (first.admin[0], None)
    assert second.stop() < here(15)
    assert second.process.returncode == 0
    assert processes_of(var) == []
