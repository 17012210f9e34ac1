"""The state folder of one stack: data of the parts, secrets, logs and pid files."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from deploy.stack.errors import DeployError

REPOSITORY = Path(__file__).resolve().parents[2]


class StateDir:
    """Paths below `root`, made on first use. Two stacks with different roots share nothing."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        try:
            for folder in (self.root, self.root / "log", self.root / "run"):
                folder.mkdir(parents=True, exist_ok=True)
            (self.root / "secrets").mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise DeployError(f"cannot use {self.root} as the state folder (TESSERA_VAR): {error}") from error
        if not os.access(self.root / "secrets", os.W_OK | os.X_OK):
            raise DeployError(f"{self.root} belongs to another user; give another folder in TESSERA_VAR")

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> StateDir:
        """Use the folder named by TESSERA_VAR, else `var/` of the repository.

        Raises DeployError when it cannot be used.
        """
        return cls(state_folder(environ))

    def folder(self, name: str) -> Path:
        """Return the folder of that name, made when it is missing."""
        folder = self.root / name
        folder.mkdir(exist_ok=True)
        return folder

    def log(self, name: str) -> Path:
        """Return the log file of that process."""
        return self.root / "log" / f"{name}.log"

    def new_log(self, name: str) -> Path:
        """Return the log file for a run that starts now; the previous one is kept as `.log.1`."""
        path = self.log(name)
        if path.exists():
            path.replace(path.with_suffix(".log.1"))
        return path

    def pid_file(self, name: str) -> Path:
        """Return the file that holds the id of that process while it runs."""
        return self.root / "run" / f"{name}.pid"

    def secret(self, name: str) -> str:
        """Return the random password of that name, made by the first call."""
        path = self.root / "secrets" / name
        if not path.exists():
            self.write_secret(name, secrets.token_urlsafe(32))
        return path.read_text()

    def write_secret(self, name: str, value: str) -> Path:
        """Write `value` to a file that only this user may read, and return the file."""
        path = self.root / "secrets" / name
        draft = path.with_suffix(".draft")
        draft.touch(mode=0o600)
        draft.write_text(value)
        draft.replace(path)
        return path

    @contextmanager
    def hold(self, name: str, purpose: str, refusal: str) -> Iterator[None]:
        """Hold the lock of that name during the block; the kernel releases it when this process ends.

        Raises DeployError with the `refusal`, and with the id and the purpose of the process that holds it.
        """
        with (self.root / "run" / name).open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise DeployError(f"{refusal}: {lock.read()}") from None
            lock.truncate(0)
            lock.write(f"pid {os.getpid()}, {purpose}")
            lock.flush()
            yield

    def hold_for(self, verb: str) -> AbstractContextManager[None]:
        """Keep every other verb that changes the stack, or reads it as one, away during the block."""
        return self.hold("command", f"tessera {verb}", f"another command is at work in {self.root}")


def state_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder of `StateDir.from_environ`, without making it."""
    return Path(environ.get("TESSERA_VAR") or REPOSITORY / "var")
