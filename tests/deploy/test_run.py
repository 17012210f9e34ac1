"""`tessera run` before anything starts: what it refuses, and with which error."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from tests.support.busy import busy_loops
from tests.support.commands import run
from tests.support.stack import Stack, run_environment


def test_a_second_run_in_the_same_folder_names_the_first(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with (tmp_path / "run" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("pid 4711, http://localhost:8080")
        lock.flush()
        done = run("run", env=run_environment(tmp_path))
    assert done.returncode == 1
    assert (
        done.stderr == f"error: Tessera is already running in {tmp_path}: pid 4711, http://localhost:8080\n"
    )


def test_external_databases_are_given_for_all_services_or_for_none(tmp_path: Path) -> None:
    env = run_environment(tmp_path) | {"AUTH_DATABASE_URL": "postgresql://auth:pw@127.0.0.1:1/auth"}
    done = run("run", env=env)
    assert done.returncode == 1
    assert "missing: USERS_DATABASE_URL, TILES_DATABASE_URL" in done.stderr


def test_an_unusable_state_folder_is_refused_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run("run", env=run_environment(tmp_path) | {"TESSERA_VAR": str(tmp_path / "file" / "var")})
    assert done.returncode == 1
    assert "TESSERA_VAR" in done.stderr
    assert "Traceback" not in done.stderr


def test_exec_without_a_stack_names_the_folder_and_the_fix(tmp_path: Path) -> None:
    done = run("exec", "auth", "rotate-keys", env={**os.environ, "TESSERA_VAR": str(tmp_path / "var")})
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: no stack has run in {tmp_path / 'var'} yet")
    assert done.stderr.endswith("tessera run\n")
    assert not (tmp_path / "var").exists()


def test_a_start_without_answering_routes_ends_with_the_doctors_findings(tmp_path: Path) -> None:
    limits = {"TESSERA_RATE_AVERAGE": "1", "TESSERA_RATE_BURST": "1"}
    done = run("run", env=run_environment(tmp_path) | limits)
    assert done.returncode == 1
    assert "these routes are not answered correctly through the gateway:" in done.stderr
    assert "rate-limited: the gateway's rate limit rejected" in done.stderr


def test_a_fresh_run_on_a_busy_machine_is_ready_in_the_end_and_kills_nothing(tmp_path: Path) -> None:
    with busy_loops(8):
        stack = Stack(tmp_path / "var", run_environment(tmp_path / "var"))
        try:
            said = (stack.logs / "supervisor.log").read_text()
        finally:
            stack.stop()
    assert [line for line in said.splitlines() if " ended (" in line] == []
