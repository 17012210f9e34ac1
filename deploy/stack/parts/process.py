"""One child process: own session, own log, a pid file, and an end that follows its parent's.

What holds for each:
- it leads its own session and process group, so Ctrl-C in a terminal reaches only the supervisor, and
  nothing that it forked outlives it;
- the kernel sends it its stop signal when the thread that started it dies (`setpriv --pdeathsig`), so even
  kill -9 of the supervisor stops it in order;
- its pid file and TESSERA_VAR in its environment let the next run find what is left of a crashed one.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO

import psutil

from deploy.stack.errors import DeployError
from deploy.stack.state_dir import StateDir

Say = Callable[[str], None]

POLL = 0.05  # seconds; a wait for something that has no event to wait for


class Process(ABC):
    """A process that can be started until it is ready, waited for, and stopped; and then started again."""

    stop_signal = signal.SIGTERM

    def __init__(self, name: str, var: StateDir) -> None:
        self.name = name
        self.var = var
        self._child: subprocess.Popen[bytes] | None = None
        self._log_begun = False

    @abstractmethod
    async def start(self) -> None:
        """Start it and return once it is ready. Raises DeployError when it ends or is not ready in time."""

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._child.pid if self._child and self._status() is None else None

    async def wait(self) -> int:
        """Return its exit status once it has ended (negative: the signal that ended it)."""
        while (status := self._status()) is None:  # noqa: ASYNC110 - the end of a process is no event
            await asyncio.sleep(POLL)
        return status

    async def stop(self, timeout: float = 10) -> None:
        """Ask it to stop; kill its whole group after `timeout` seconds."""
        if self._child is not None and self._status() is None:
            self._child.send_signal(self.stop_signal)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.wait(), timeout)
        self.kill()

    def kill(self) -> None:
        """Kill -9 its whole process group, now."""
        if self._child is not None and self._status() is None:
            os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()
        self._child = None
        self.var.pid_file(self.name).unlink(missing_ok=True)

    def _status(self) -> int | None:
        """The exit status once it has ended; what is left of its group ends with it."""
        child = self._child
        if child is None:
            return 0
        if child.returncode is None and os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            os.killpg(child.pid, signal.SIGKILL)  # before it is reaped: until then the id is its own
            child.wait()
        return child.returncode

    def _spawn(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        *,
        privileges: Sequence[str] = (),
        folder: Path | None = None,
    ) -> None:
        """Start `command` in `folder` (the state folder); `privileges` are further options of setpriv."""
        self.kill()
        # setpriv changes privileges first and sets the death signal last; then it becomes the command.
        launcher = ["setpriv", *privileges, "--pdeathsig", self.stop_signal.name.removeprefix("SIG"), "--"]
        with self._open_log() as log:
            self._child = subprocess.Popen(  # noqa: S603 - commands are ours, no shell
                [*launcher, *command],
                env={**env, "TESSERA_VAR": str(self.var.root)},
                cwd=folder or self.var.root,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.var.pid_file(self.name).write_text(f"{self._child.pid} {self.stop_signal.name}\n")

    async def _until(self, ready: Callable[[], bool], timeout: float) -> None:
        """Ask `ready` in a thread until it says yes."""
        deadline = time.monotonic() + timeout
        while not await asyncio.to_thread(ready):
            if self.pid is None:
                raise DeployError(f"{self.name} ended while starting; its log says:\n{self._log_tail()}")
            if time.monotonic() > deadline:
                raise DeployError(
                    f"{self.name} was not ready after {timeout:.0f} s; its log says:\n{self._log_tail()}"
                )
            await asyncio.sleep(POLL)

    def _open_log(self) -> IO[bytes]:
        """A new log at the first start, the same log after a restart."""
        path = self.var.log(self.name) if self._log_begun else self.var.new_log(self.name)
        self._log_begun = True
        return path.open("ab")

    def _log_tail(self, lines: int = 12) -> str:
        path = self.var.log(self.name)
        kept = path.read_text(errors="replace").splitlines()[-lines:]
        return "\n".join([*(f"    {line[:300]}" for line in kept), f"    ({path})"])


def get(port: int, path: str) -> tuple[int, bytes]:
    """Status and body of `GET http://127.0.0.1:<port><path>`; status 0 when nobody answers."""
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, HTTPException):
        return 0, b""
    finally:
        connection.close()


def find_processes(wanted: Callable[[psutil.Process], bool]) -> list[psutil.Process]:
    """The processes that are `wanted`; one that ends meanwhile, or may not be looked into, is not."""
    found = []
    for pid in psutil.pids():
        with suppress(psutil.Error, OSError):
            process = psutil.Process(pid)
            if wanted(process):
                found.append(process)
    return found


def clear_leftovers(var: StateDir, say: Say) -> None:
    """Stop what a crashed run in this state folder left running, and say so.

    A process is ours only if its group is one that a pid file names *and* its environment names this folder:
    a process id alone may belong to somebody else by now.
    """
    ours: list[psutil.Process] = []
    for pid_file in sorted((var.root / "run").glob("*.pid")):
        words = pid_file.read_text().split()
        members = _our_group(int(words[0]), var) if len(words) == 2 else []
        if members:
            say(f"stopping {pid_file.stem} of a crashed run (pid {words[0]})")
            with suppress(psutil.NoSuchProcess):
                members[0].send_signal(signal.Signals[words[1]])
            ours += members
    deadline = time.monotonic() + 10
    while alive := [process for process in ours if _lives(process)]:
        if time.monotonic() > deadline:
            for process in alive:
                process.kill()
        time.sleep(POLL)
    for pid_file in (var.root / "run").glob("*.pid"):
        pid_file.unlink()


def _lives(process: psutil.Process) -> bool:
    """Whether it runs; in a container nobody may collect a zombie, which holds nothing any more."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _our_group(group: int, var: StateDir) -> list[psutil.Process]:
    """Processes of that group that were started for `var`, its leader first."""
    members = find_processes(
        lambda process: (
            os.getpgid(process.pid) == group and process.environ().get("TESSERA_VAR") == str(var.root)
        )
    )
    return sorted(members, key=lambda process: process.pid != group)
