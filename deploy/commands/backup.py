"""`python -m deploy backup | verify | restore`: of a run on this machine, or of a stack under Compose."""

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
from deploy.commands.rollout import programs
from deploy.commands.run import Narrator, Stack, external_databases, only_run
from deploy.stack.compose.project import REPLICAS, Environment, Project
from deploy.stack.compose.state import backup_folder, prepare
from deploy.stack.compose.waiting import routes_are_answered
from deploy.stack.errors import DeployError
from deploy.stack.parts.process import clear_leftovers
from deploy.stack.ports import ports_of
from deploy.stack.state_dir import StateDir
from deploy.stack.supervisor import Supervisor

WAYS = ("native", "dev", "prod")
SECRET_BEFORE = "auth_secret_before_restore"  # noqa: S105 - the name of its file


class Way(Protocol):
    """How a stack that runs in one way is backed up and restored."""

    def take(self, keep: int) -> None:
        """Take a backup and verify it."""
        ...

    def verify(self, file: Path) -> None:
        """Restore the file into a scratch server and compare."""
        ...

    def restore(self, file: Path) -> None:
        """Put the backup in the place of what is there."""
        ...

    def undo(self) -> None:
        """Put back what was there before the last restore."""
        ...


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `backup`, `verify` and `restore` to the commands."""
    about = "one consistent backup of the three databases, and verify it"
    one = _add(commands, "backup", lambda way, given: way.take(given.keep), about)
    one.add_argument("--keep", type=int, default=KEEP, help="backups that stay; default: %(default)s")
    about = "restore a backup into a scratch server and compare every table"
    two = _add(commands, "verify", lambda way, given: way.verify(given.file), about)
    two.add_argument("file", type=Path)
    about = "put a backup in the place of the present data, or undo that"
    three = _add(commands, "restore", _restore, about)
    three.description = (
        "Restore into databases beside the present ones, compare every table with what it was, and only then "
        "exchange them. Under Compose the services are stopped meanwhile and started again; `make run` has "
        "to be stopped before. What was there before is kept until the next restore."
    )
    what = three.add_mutually_exclusive_group(required=True)
    what.add_argument("file", type=Path, nargs="?")
    what.add_argument("--undo", action="store_true", help="back to what was there before the last restore")
    three.add_argument("--yes", action="store_true", help="do not ask")


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    do: Callable[[Way, argparse.Namespace], None],
    about: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=about, description=about)
    parser.add_argument("--env", choices=WAYS, default="dev", help="default: dev; native is `make run`")

    def run(given: argparse.Namespace) -> int:
        do(Native() if given.env == "native" else Compose(given.env), given)
        return 0

    parser.set_defaults(command=run)
    return parser


def _restore(way: Way, given: argparse.Namespace) -> None:
    if not given.yes and input("This replaces the data of the stack. Go on? (yes/no) ") != "yes":
        raise DeployError("nothing was done")
    if given.undo:
        way.undo()
    else:
        way.restore(given.file)


class Native:
    """The run on this machine of the state folder in TESSERA_VAR."""

    def __init__(self) -> None:
        self._var = StateDir.from_environ(os.environ)
        self._source = Source(self._var.root / "secrets")
        self._folder = self._var.root / "backups"
        self._folder.mkdir(mode=0o700, exist_ok=True)

    def take(self, keep: int) -> None:
        """Of the stack while it runs."""
        asyncio.run(take_verified(self._source, self._folder, keep, print))

    def verify(self, file: Path) -> None:
        """In a PostgreSQL of its own."""
        asyncio.run(verify(file, self._folder, print))

    def restore(self, file: Path) -> None:
        """While the stack is stopped, with PostgreSQL and RabbitMQ alone."""

        async def both() -> None:
            await restore(self._source, file, self._folder, print)
            _take_secret(self._var, file)

        asyncio.run(self._with_parts(both))

    def undo(self) -> None:
        """The same way back."""

        async def both() -> None:
            await undo(self._source, print)
            _swap_secrets(self._var)

        asyncio.run(self._with_parts(both))

    async def _with_parts(self, work: Callable[[], Awaitable[None]]) -> None:
        if external_databases(os.environ):
            raise DeployError(
                "the databases are not of this run: restore the dumps in the file with pg_restore"
            )
        with only_run(self._var, "a restore"):
            say = Narrator(self._var)
            clear_leftovers(self._var, say)
            stack = Stack(self._var, ports_of("native", os.environ), {})
            supervisor = Supervisor(say)
            try:
                await supervisor.start(*(part for part in (stack.postgres, stack.rabbitmq) if part))
                await work()
            finally:
                await supervisor.stop(stack.stop_order)


class Compose:
    """A stack under Docker Compose: its container `backup` does the work, for it sees the databases."""

    def __init__(self, env: Environment) -> None:
        self._project = Project(env, os.environ)
        prepare(self._project)

    def take(self, keep: int) -> None:
        """Of the stack while it runs."""
        self._run("take", f"--keep={keep}")

    def verify(self, file: Path) -> None:
        """In a PostgreSQL of its own, in the container."""
        self._with_file("verify", file)

    def restore(self, file: Path) -> None:
        """With the services stopped; then they start again."""
        with self._stopped():
            self._with_file("restore", file)
            _take_secret(self._project.var, file)

    def undo(self) -> None:
        """The same way back."""
        with self._stopped():
            self._run("undo")
            _swap_secrets(self._project.var)

    def _run(self, *arguments: str) -> None:
        command = self._project.command("run", "--rm", "--no-deps", "--no-TTY", "backup", *arguments)
        if subprocess.call(command, env=self._project.environment(), stdin=subprocess.DEVNULL):  # noqa: S603
            raise DeployError("the container `backup` failed; what it said is above")

    def _with_file(self, verb: str, file: Path) -> None:
        """The file may be anywhere; the container sees one folder."""
        lent = backup_folder(self._project.var) / f"{verb}.tar"
        shutil.copyfile(file, lent)
        try:
            self._run(verb, lent.name)
        finally:
            lent.unlink()

    @contextmanager
    def _stopped(self) -> Iterator[None]:
        services = [program for service in REPLICAS for program in programs(service)]
        self._project.compose("stop", *services)
        print("the services are stopped")
        try:
            yield
        finally:
            prepare(self._project)  # a restored secret is mounted like all others
            self._project.compose("up", "--detach", "--no-build")
            asyncio.run(routes_are_answered(self._project, print))


def _take_secret(var: StateDir, file: Path) -> None:
    """Use the secret that opens the restored signing keys; the present one is kept."""
    with tarfile.open(file) as archive:
        held = archive.extractfile(AUTH_SECRET)
        assert held
        var.write_secret(SECRET_BEFORE, var.secret(AUTH_SECRET))
        var.write_secret(AUTH_SECRET, held.read().decode())


def _swap_secrets(var: StateDir) -> None:
    present, before = var.secret(AUTH_SECRET), var.secret(SECRET_BEFORE)
    var.write_secret(SECRET_BEFORE, present)
    var.write_secret(AUTH_SECRET, before)
