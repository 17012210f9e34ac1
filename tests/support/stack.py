"""The whole stack as its operator starts it: a subprocess, with ports and a state folder of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Protocol

import psutil

from deploy.stack.parts.process import find_processes
from deploy.stack.ports import port_map
from deploy.stack.state_dir import REPOSITORY
from tests.support.leaks import leaks, new_password
from tests.support.parts import free_ports
from tests.support.waiting import PATIENCE


def run_environment(var: Path) -> dict[str, str]:
    """Return the environment of a local run with that state folder, free ports and no demo."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TESSERA_", "AUTH_", "USERS_", "TILES_", "FRONTEND_"))
    }
    native = [port for port in port_map() if port.way == "native"]
    numbers = free_ports(len(native))
    ports = {port.env: str(number) for port, number in zip(native, numbers, strict=True)}
    return {**inherited, **ports, "TESSERA_VAR": str(var), "TESSERA_DEMO": "0"}


class RunningStack(Protocol):
    """A running stack, as far as tests from outside depend on how it runs."""

    url: str

    @property
    def tiles(self) -> Sequence[str]:
        """The X-Instance of each tiles process that serves HTTP."""
        ...

    def kill(self, name: str) -> None:
        """Kill that process with SIGKILL: one of `tiles`, or `tiles-worker`. Its supervisor restarts it."""
        ...

    def life(self, name: str) -> object:
        """Return a value that differs after each start of that process."""
        ...


class Stack:
    """A running stack: `url` is the gateway's, `tiles_url` that of the first tiles process.

    `admin`: the first admin's name and, in a folder's first run, one-time password, which `admin_login`
    replaces.
    """

    def __init__(self, var: Path, env: Mapping[str, str]) -> None:
        self.var = var
        self.logs = var / "log"
        self.url = f"http://localhost:{env['TESSERA_PORT']}"
        self.tiles_url = f"http://localhost:{env['TESSERA_PORT_TILES_WEB_1']}"
        self._output = var.with_name(f"{var.name}.out")
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                # Ends the stack when pytest is killed and cannot stop it.
                ["setpriv", "--pdeathsig", "TERM", "--", sys.executable, "-m", "deploy", "run"],
                cwd=REPOSITORY,
                env=env,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            self.admin = self._wait_until_ready()
        except BaseException:
            self._end()
            raise

    @cached_property
    def admin_login(self) -> dict[str, str]:
        """Name and password of the first admin, who has chosen one; for a folder's first run."""
        return choose_admin_password(self.url, *self.admin)

    @property
    def tiles(self) -> Sequence[str]:
        return ("tiles-web-1", "tiles-web-2")

    def life(self, name: str) -> object:
        return self.pids(name)[:1]

    def pids(self, name: str) -> list[int]:
        """Return the ids of that process (a name in var/run, like `tiles-web-1`) and of its children."""
        try:
            leader = psutil.Process(int((self.var / "run" / f"{name}.pid").read_text().split()[0]))
            return [leader.pid, *(child.pid for child in leader.children(recursive=True))]
        except (FileNotFoundError, IndexError, psutil.NoSuchProcess):
            return []

    def kill(self, name: str) -> None:
        """Kill that process and its children with SIGKILL; the supervisor starts it again."""
        for pid in self.pids(name):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @contextmanager
    def suspended(self, name: str) -> Iterator[None]:
        """Freeze that process and its children (SIGSTOP) during the block."""
        pids = self.pids(name)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def stop(self) -> float:
        """Stop it as Ctrl-C does; return how many seconds that took.

        Raises AssertionError when its logs, which are complete then, contain a secret.
        """
        seconds = self._end()
        if found := leaks(self.var, self.admin[1]):
            raise AssertionError(f"logs hold secrets: {found}")
        return seconds

    def _end(self) -> float:
        began = time.monotonic()
        self.process.terminate()
        try:
            self.process.wait(2 * PATIENCE)
        finally:
            self.process.kill()
        return time.monotonic() - began

    def _wait_until_ready(self) -> tuple[str, str | None]:
        deadline = time.monotonic() + 4 * PATIENCE
        while time.monotonic() < deadline:
            said = self._output.read_text()
            admin = re.search(r"^First admin: (\w+)(?:, one-time password: (\S+))?$", said, re.MULTILINE)
            if admin and "Ctrl-C stops everything.\n\n" in said:
                return admin[1], admin[2]
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(f"the stack did not come up:\n{self._output.read_text()}")


def choose_admin_password(url: str, username: str, one_time: str | None) -> dict[str, str]:
    """Replace the one-time password of a stack's first admin; return what a login needs from now on."""
    assert one_time is not None, "only the first run of a folder prints it"
    login = {"username": username, "password": new_password()}
    body = {"username": username, "password": one_time, "new_password": login["password"]}
    request = urllib.request.Request(
        f"{url}/api/v1/auth/one-time-password",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=PATIENCE):
        return login


def listeners_of(stack: Stack) -> dict[int, set[str]]:
    """Return the addresses on which processes of that stack listen, by port."""
    pids = {
        process.pid
        for process in find_processes(lambda one: one.environ().get("TESSERA_VAR") == str(stack.var))
    }
    found: dict[int, set[str]] = {}
    for connection in psutil.net_connections(kind="tcp"):
        if connection.pid in pids and connection.laddr and connection.status == psutil.CONN_LISTEN:
            found.setdefault(connection.laddr.port, set()).add(connection.laddr.ip)
    return found


def processes_of(var: Path) -> list[str]:
    """Return the command lines of the processes that run in that state folder."""
    found = find_processes(
        lambda process: process.environ().get("TESSERA_VAR") == str(var) or process.cwd().startswith(str(var))
    )
    return [" ".join(process.cmdline()) for process in found]
