"""One child process, with its own session, log and pid file; it ends with its parent.

Each child:
- leads its own session and process group, so Ctrl-C in a terminal reaches only the supervisor, and nothing
  that the child forked outlives it;
- gets its stop signal from the kernel when the thread that started it dies (`setpriv --pdeathsig`), so even
  kill -9 of the supervisor stops it in order;
- is found by the next run after a crash, by its pid file and TESSERA_VAR in its environment.
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
from deploy.stack.load import Patience, Report, Wait
from deploy.stack.state_dir import StateDir

POLL = 0.05  # seconds; a wait for something that has no event to wait for
START_SECONDS = 180.0
"""How long a process may take to be ready, on a machine that is not overloaded.

Only one that hangs takes longer. A process that ends while it starts is noticed at once.
"""
LOOK_SECONDS = 10.0  # between two looks at whether a running process is alive
SILENT_SECONDS = 60.0
"""How long a process may answer nothing before it counts as dead, on a machine that is not overloaded."""


class Process(ABC):
    """A process that can be started until it is ready, awaited, stopped, and started again.

    Running is not ready, and not ready is not dead: a process that lacks PostgreSQL waits for it. Only one
    that has ended, or does not even answer, is dead.
    """

    stop_signal = signal.SIGTERM

    def __init__(self, name: str, var: StateDir) -> None:
        self.name = name
        self.var = var
        self._child: subprocess.Popen[bytes] | None = None
        self._log_begun = False

    @abstractmethod
    async def launch(self) -> None:
        """Start it, without waiting for anything that it does. Raises DeployError when that is impossible."""

    @abstractmethod
    def find_lack(self) -> str:
        """Return what it lacks to be ready, in words; nothing when it is ready. Called in a thread."""

    def is_alive(self) -> bool:
        """Return whether it answers; called in a thread while it runs.

        That of a database or broker is not asked: a supervisor must not kill those for being slow.
        """
        return True

    async def start(self, report: Report = lambda _: None) -> None:
        """Start it and wait until it is ready; `report` is told what it waits for.

        Raises DeployError when it ends or is not ready in time.
        """
        await self.launch()
        await self.wait_until_ready(report)

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._child.pid if self._child and self._status() is None else None

    async def wait(self) -> int:
        """Wait for its end and return its exit status (negative: the signal that ended it)."""
        while (child := self._child) is not None and self._status() is None:
            await _wait_for_end(child.pid)
        return self._status() or 0

    async def wait_until_alive(self, patience: Patience) -> None:
        """Wait until it answers, has ended, or `patience` is over."""
        while self.pid and not patience.is_over() and not await asyncio.to_thread(self.is_alive):  # noqa: ASYNC110
            await asyncio.sleep(POLL)

    async def wait_until_ready(self, report: Report) -> None:
        """Wait until it is ready; every ten seconds `report` is told what it lacks.

        Raises DeployError with the end of the log when it ends or is not ready in time.
        """
        waiting = Wait(self.name, START_SECONDS, report)
        while lack := await asyncio.to_thread(self.find_lack):
            if self.pid is None:
                raise DeployError(
                    f"{self.name} ended while starting; the end of its log:\n{self._log_tail()}"
                )
            if waiting.is_over(lack):
                raise DeployError(
                    f"{self.name} runs but was not ready {waiting}: {lack}; its log:\n{self._log_tail()}"
                )
            await asyncio.sleep(POLL)

    async def wait_until_dead(self) -> str:
        """Wait until it has ended, or has answered nothing for long; return which.

        One that was suspended by a signal is left alone: that was done on purpose.
        """
        patience = Patience(SILENT_SECONDS)
        ending = asyncio.ensure_future(self.wait())
        try:
            while not (await asyncio.wait({ending}, timeout=LOOK_SECONDS))[0]:
                if self._is_suspended() or await asyncio.to_thread(self.is_alive):
                    patience = Patience(SILENT_SECONDS)
                elif patience.is_over():
                    return f"no answer for {SILENT_SECONDS:.0f} s or more; killed"
        finally:
            ending.cancel()
        status = ending.result()
        return f"signal {-status}" if status < 0 else f"status {status}"

    async def stop(self, timeout: float = 10) -> None:
        """Send it its stop signal; kill its whole group after `timeout` seconds."""
        if self._child is not None and self._status() is None:
            self._child.send_signal(self.stop_signal)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.wait(), timeout)
        self.kill()

    def kill(self) -> None:
        """Kill its whole process group at once (SIGKILL)."""
        if self._child is not None and self._status() is None:
            os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()
        self._child = None
        self.var.pid_file(self.name).unlink(missing_ok=True)

    def _status(self) -> int | None:
        """Return the exit status once it has ended, and kill what is left of its group."""
        child = self._child
        if child is None:
            return 0
        if child.returncode is None and os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            os.killpg(child.pid, signal.SIGKILL)  # before it is reaped: until then its id is not reused
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
        """Start `command` in `folder` (default: the state folder); `privileges`: options of setpriv."""
        self.kill()
        # setpriv changes privileges first and sets the death signal last; then it becomes the command.
        launcher = ["setpriv", *privileges, "--pdeathsig", self.stop_signal.name.removeprefix("SIG"), "--"]
        with self._open_log() as log:
            self._child = subprocess.Popen(  # noqa: S603 - our own commands, no shell
                [*launcher, *command],
                env={**env, "TESSERA_VAR": str(self.var.root)},
                cwd=folder or self.var.root,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.var.pid_file(self.name).write_text(f"{self._child.pid} {self.stop_signal.name}\n")

    def _is_suspended(self) -> bool:
        with suppress(psutil.Error):
            return bool(self._child and psutil.Process(self._child.pid).status() == psutil.STATUS_STOPPED)
        return False

    def _open_log(self) -> IO[bytes]:
        """Open a new log for the first start, and the same log after a restart."""
        path = self.var.log(self.name) if self._log_begun else self.var.new_log(self.name)
        self._log_begun = True
        return path.open("ab")

    def _log_tail(self, lines: int = 12) -> str:
        path = self.var.log(self.name)
        kept = path.read_text(errors="replace").splitlines()[-lines:]
        return "\n".join([*(f"    {line[:300]}" for line in kept), f"    ({path})"])


async def _wait_for_end(pid: int) -> None:
    """Wait until that child has ended; the kernel says so, which costs nothing while it runs."""
    ended = asyncio.Event()
    pidfd = os.pidfd_open(pid)
    loop = asyncio.get_running_loop()
    loop.add_reader(pidfd, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(pidfd)
        os.close(pidfd)


def get(port: int, path: str) -> tuple[int, bytes]:
    """Return status and body of `GET http://127.0.0.1:<port><path>`; status 0 when there is no answer."""
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
    """Find the processes that are `wanted`, except those that end meanwhile or may not be inspected."""
    found = []
    for pid in psutil.pids():
        with suppress(psutil.Error, OSError):
            process = psutil.Process(pid)
            if wanted(process):
                found.append(process)
    return found


def clear_leftovers(var: StateDir, report: Report) -> None:
    """Stop what a crashed run in this state folder left running, and report each process.

    A process is ours only if a pid file names its group *and* its environment names this folder: a process id
    alone may have been reused.
    """
    ours: list[psutil.Process] = []
    for pid_file in sorted((var.root / "run").glob("*.pid")):
        words = pid_file.read_text().split()
        members = _find_group(int(words[0]), var) if len(words) == 2 else []
        if members:
            report(f"stopping {pid_file.stem} of a crashed run (pid {words[0]})")
            with suppress(psutil.NoSuchProcess):
                members[0].send_signal(signal.Signals[words[1]])
            ours += members
    deadline = time.monotonic() + 10
    while alive := [process for process in ours if _is_running(process)]:
        if time.monotonic() > deadline:
            for process in alive:
                process.kill()
        time.sleep(POLL)
    for pid_file in (var.root / "run").glob("*.pid"):
        pid_file.unlink()


def _is_running(process: psutil.Process) -> bool:
    """Return whether it runs. A zombie does not count: in a container it may stay, and holds nothing."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _find_group(group: int, var: StateDir) -> list[psutil.Process]:
    """Find the processes of that group that were started for `var`, its leader first."""
    members = find_processes(
        lambda process: (
            os.getpgid(process.pid) == group and process.environ().get("TESSERA_VAR") == str(var.root)
        )
    )
    return sorted(members, key=lambda process: process.pid != group)
