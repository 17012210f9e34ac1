"""`tessera backup | verify | restore`: the data of a stack on this machine, or of one under Compose."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import tarfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from deploy.backup.archive import AUTH_SECRET
from deploy.backup.restore import restore, undo
from deploy.backup.schedule import KEEP
from deploy.backup.source import Source
from deploy.backup.verify import take_verified, verify
from deploy.commands.environments import add_env_option
from deploy.stack.compose.project import REPLICAS, Environment, Project, programs_of
from deploy.stack.compose.state import backup_folder, prepare
from deploy.stack.compose.waiting import start_and_wait
from deploy.stack.errors import DeployError
from deploy.stack.native import NativeStack, ProgressLog, external_databases, lock_state_dir
from deploy.stack.parts.process import clear_leftovers
from deploy.stack.ports import ports_of
from deploy.stack.state_dir import StateDir
from deploy.stack.supervisor import Supervisor

SECRET_BEFORE = "auth_secret_before_restore"  # noqa: S105 - the name of its file


class BackupTarget(Protocol):
    """The stack whose data a command takes or replaces."""

    def take(self, keep: int) -> None:
        """Take a backup and verify it."""
        ...

    def verify(self, file: Path) -> None:
        """Restore the file into a scratch server and compare."""
        ...

    def restore(self, file: Path) -> None:
        """Replace the current data by the backup."""
        ...

    def undo(self) -> None:
        """Return to the data before the last restore."""
        ...


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `backup`, `verify` and `restore` to the commands."""
    about = "take one consistent backup of the three databases, and verify it"
    backup = _add(commands, "backup", lambda target, given: target.take(given.keep), about)
    backup.add_argument("--keep", type=int, default=KEEP, help="how many backups stay; default: %(default)s")
    about = "restore a backup into a scratch server and compare every table"
    verify = _add(commands, "verify", lambda target, given: target.verify(given.file), about)
    verify.add_argument("file", type=Path)
    about = "replace the current data by a backup, or undo that"
    restore = _add(commands, "restore", _restore, about)
    restore.description = (
        "Restore into databases beside the current ones, compare every table with what it was, and only then "
        "exchange them. Under Compose the services are stopped meanwhile and started again; a stack of "
        "`tessera run` must be stopped first. The replaced data is kept until the next restore."
    )
    what = restore.add_mutually_exclusive_group(required=True)
    what.add_argument("file", type=Path, nargs="?")
    what.add_argument("--undo", action="store_true", help="return to the data before the last restore")
    restore.add_argument("--yes", action="store_true", help="do not ask for confirmation")


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    act: Callable[[BackupTarget, argparse.Namespace], None],
    about: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=about, description=about)
    add_env_option(parser, default="dev")

    def run(given: argparse.Namespace) -> int:
        act(NativeBackup() if given.env == "native" else ComposeBackup(given.env), given)
        return 0

    parser.set_defaults(command=run)
    return parser


def _restore(target: BackupTarget, given: argparse.Namespace) -> None:
    if not given.yes and input("This replaces the data of the stack. Continue? (yes/no) ") != "yes":
        raise DeployError("nothing was changed")
    if given.undo:
        target.undo()
    else:
        target.restore(given.file)


class NativeBackup:
    """The stack of `tessera run` in the state folder that TESSERA_VAR names."""

    def __init__(self) -> None:
        self._var = StateDir.from_environ(os.environ)
        self._source = Source(self._var.root / "secrets")
        self._folder = self._var.root / "backups"
        self._folder.mkdir(mode=0o700, exist_ok=True)

    def take(self, keep: int) -> None:
        """Take and verify a backup while the stack runs."""
        asyncio.run(take_verified(self._source, self._folder, keep, print))

    def verify(self, file: Path) -> None:
        """Compare in a PostgreSQL of its own."""
        asyncio.run(verify(file, self._folder, print))

    def restore(self, file: Path) -> None:
        """Restore while the stack is stopped, with PostgreSQL and RabbitMQ alone."""

        async def work() -> None:
            await restore(self._source, file, self._folder, print)
            _take_secret(self._var, file)

        asyncio.run(self._with_parts(work))

    def undo(self) -> None:
        """Return to the replaced data and secret."""

        async def work() -> None:
            await undo(self._source, print)
            _swap_secrets(self._var)

        asyncio.run(self._with_parts(work))

    async def _with_parts(self, work: Callable[[], Awaitable[None]]) -> None:
        if external_databases(os.environ):
            raise DeployError(
                "this stack uses databases of the operator: restore the dumps in the file with pg_restore"
            )
        with lock_state_dir(self._var, "a restore"):
            report = ProgressLog(self._var)
            clear_leftovers(self._var, report)
            stack = NativeStack(self._var, ports_of("native", os.environ), {})
            supervisor = Supervisor(report)
            try:
                await supervisor.start(*(part for part in (stack.postgres, stack.rabbitmq) if part))
                await work()
            finally:
                await supervisor.stop(stack.stop_order)


class ComposeBackup:
    """A stack under Docker Compose: its container `backup` does the work, which reaches the databases."""

    def __init__(self, env: Environment) -> None:
        self._project = Project(env, os.environ)
        prepare(self._project)

    def take(self, keep: int) -> None:
        """Take and verify a backup while the stack runs."""
        self._run("take", f"--keep={keep}")

    def verify(self, file: Path) -> None:
        """Compare in a PostgreSQL of its own, in the container."""
        self._with_file("verify", file)

    def restore(self, file: Path) -> None:
        """Restore while the services are stopped, then start them again."""
        with self._stop_services():
            self._with_file("restore", file)
            _take_secret(self._project.var, file)

    def undo(self) -> None:
        """Return to the replaced data and secret."""
        with self._stop_services():
            self._run("undo")
            _swap_secrets(self._project.var)

    def _run(self, *arguments: str) -> None:
        command = self._project.command("run", "--rm", "--no-deps", "--no-TTY", "backup", *arguments)
        if subprocess.call(command, env=self._project.environment(), stdin=subprocess.DEVNULL):  # noqa: S603
            raise DeployError("the container `backup` failed; its output is above")

    def _with_file(self, verb: str, file: Path) -> None:
        """Run the verb with a copy of the file in the one folder that the container sees."""
        copy = backup_folder(self._project.var) / f"{verb}.tar"
        shutil.copyfile(file, copy)
        try:
            self._run(verb, copy.name)
        finally:
            copy.unlink()

    @contextmanager
    def _stop_services(self) -> Iterator[None]:
        services = [program for service in REPLICAS for program in programs_of(service)]
        self._project.compose("stop", *services)
        print("the services are stopped")
        try:
            yield
        finally:
            prepare(self._project)  # a restored secret is mounted like all others
            asyncio.run(start_and_wait(self._project, print))


def _take_secret(var: StateDir, file: Path) -> None:
    """Use the secret that opens the restored signing keys; the current one is kept."""
    with tarfile.open(file) as archive:
        secret = archive.extractfile(AUTH_SECRET)
        assert secret
        var.write_secret(SECRET_BEFORE, var.secret(AUTH_SECRET))
        var.write_secret(AUTH_SECRET, secret.read().decode())


def _swap_secrets(var: StateDir) -> None:
    current, before = var.secret(AUTH_SECRET), var.secret(SECRET_BEFORE)
    var.write_secret(SECRET_BEFORE, current)
    var.write_secret(AUTH_SECRET, before)
