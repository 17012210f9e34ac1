"""`tessera backup | backup-key | verify | restore`: the data of a stack here, or of one under Compose."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from deploy.backup.archive import swap_secrets, take_secret
from deploy.backup.offsite import LATEST, Offsite, make_identity
from deploy.backup.restore import restore, undo
from deploy.backup.schedule import KEEP
from deploy.backup.source import Source
from deploy.backup.verify import take_verified, verify
from deploy.commands.compose import bring_up
from deploy.commands.environments import add_env_option, add_yes_option, confirm, find_usable_project
from deploy.stack.compose.project import REPLICAS, Environment, programs_of
from deploy.stack.compose.state import backup_folder, prepare
from deploy.stack.compose.waiting import start_and_wait
from deploy.stack.errors import DeployError
from deploy.stack.external import ExternalServers
from deploy.stack.native import NativeStack, ProgressLog, lock_state_dir
from deploy.stack.parts.process import clear_leftovers
from deploy.stack.ports import ports_of
from deploy.stack.settings.chosen import BUCKET, Chosen, find_faults
from deploy.stack.state_dir import StateDir
from deploy.stack.supervisor import Supervisor

PREFIX = "TESSERA_BACKUP_"


class BackupTarget(Protocol):
    """The stack whose data a command takes or replaces; `folder` is where its backups are."""

    folder: Path

    def hold_for(self, verb: str) -> AbstractContextManager[None]:
        """Keep other commands that change the stack away."""
        ...

    def offsite(self) -> Offsite | None:
        """Return the bucket of the stack's settings."""
        ...

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
    """Add `backup`, `verify`, `restore` and `backup-key` to the commands."""
    about = "take one consistent backup of the three databases, and verify it"
    backup = _add(commands, "backup", lambda target, given: target.take(given.keep), about)
    backup.description = f"{about}; with {BUCKET} set, encrypt it and upload it to that bucket"
    backup.add_argument("--keep", type=int, default=KEEP, help="how many backups stay; default: %(default)s")
    about = "restore a backup into a scratch server and compare every table"
    verify = _add(commands, "verify", _verify, about)
    _add_file(verify)
    about = "replace the current data by a backup, or undo that"
    restore = _add(commands, "restore", _restore, about)
    restore.description = (
        "Restore into databases beside the current ones, compare every table with what it was, and only then "
        "exchange them. Under Compose the services are stopped meanwhile and started again; a stack of "
        "`tessera run` must be stopped first. On an empty machine, Compose's is started first. The replaced "
        "data is kept until the next restore."
    )
    _add_file(restore)
    restore.add_argument(
        "--undo", action="store_true", help="return to the data before the last restore instead"
    )
    add_yes_option(restore)
    about = "make the pair of keys for backups in a bucket: writes the identity, prints the recipient"
    key = commands.add_parser("backup-key", help=about, description=about)
    key.add_argument("file", type=Path, help="of the identity, which is to be kept off this machine")
    key.set_defaults(command=_make_key)


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    act: Callable[[BackupTarget, argparse.Namespace], None],
    about: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=about, description=about)
    add_env_option(parser, default="dev")

    def run(given: argparse.Namespace) -> int:
        target = NativeBackup() if given.env == "native" else ComposeBackup(given.env)
        with target.hold_for(name):
            act(target, given)
        return 0

    parser.set_defaults(command=run)
    return parser


def _add_file(parser: argparse.ArgumentParser) -> None:
    """Let the command read a file here, or one of the bucket."""
    parser.add_argument(
        "file", nargs="?", help="of a backup, or with --identity the name of one in the bucket"
    )
    parser.add_argument(
        "--identity",
        type=Path,
        help="take the backup from the bucket, the newest unless it is named, and decrypt it with this file",
    )


@contextmanager
def _chosen_file(target: BackupTarget, given: argparse.Namespace) -> Iterator[Path]:
    """Provide the file during the block. Raises DeployError when there is none."""
    if given.identity is None:
        if given.file is None:
            raise DeployError("name the file of a backup, or give --identity to take one from the bucket")
        yield Path(given.file)
        return
    offsite = target.offsite()
    if offsite is None:
        raise DeployError(f"{BUCKET} is not set, so there is no bucket to take a backup from")
    try:
        identity = given.identity.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise DeployError(f"the identity cannot be read: {error}") from error
    with tempfile.TemporaryDirectory(prefix="fetching-", dir=target.folder) as scratch:
        yield offsite.fetch(given.file or LATEST, identity, Path(scratch), print)


def _verify(target: BackupTarget, given: argparse.Namespace) -> None:
    with _chosen_file(target, given) as file:
        target.verify(file)


def _restore(target: BackupTarget, given: argparse.Namespace) -> None:
    confirm("This replaces the data of the stack.", yes=given.yes)
    if given.undo:
        target.undo()
        return
    with _chosen_file(target, given) as file:
        target.restore(file)


def _make_key(given: argparse.Namespace) -> int:
    identity, recipient = make_identity()
    try:
        given.file.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        raise DeployError(f"{given.file}: {error.strerror}") from error
    given.file.write_text(f"# decrypts backups for {recipient}\n{identity}\n")
    print(f"TESSERA_BACKUP_RECIPIENT={recipient}")
    print(f"Keep {given.file} somewhere else: without it no backup in the bucket can be read.")
    return 0


class NativeBackup:
    """The stack of `tessera run` in the state folder that TESSERA_VAR names."""

    def __init__(self) -> None:
        self._var = StateDir.from_environ(os.environ)
        self._source = Source(self._var.root / "secrets")
        self.folder = self._var.root / "backups"
        self.folder.mkdir(mode=0o700, exist_ok=True)

    def hold_for(self, verb: str) -> AbstractContextManager[None]:
        """Lock the state folder against other commands; a stack may be running there."""
        return self._var.hold_for(verb)

    def offsite(self) -> Offsite | None:
        """Return the bucket that this shell names. Raises DeployError when a setting cannot be used."""
        if faults := [fault for fault in find_faults("native", os.environ) if fault.name.startswith(PREFIX)]:
            raise DeployError("\n".join(fault.cause for fault in faults))
        return Offsite.from_environ(os.environ, prefix=PREFIX)

    def take(self, keep: int) -> None:
        """Take and verify a backup while the stack runs, and upload it if there is a bucket."""
        offsite = self.offsite()
        file = asyncio.run(take_verified(self._source, self.folder, keep, print))
        if offsite:
            offsite.store(file, print)

    def verify(self, file: Path) -> None:
        """Compare in a PostgreSQL of its own."""
        asyncio.run(verify(file, self.folder, print))

    def restore(self, file: Path) -> None:
        """Restore while the stack is stopped, with PostgreSQL and RabbitMQ alone."""

        async def work() -> None:
            await restore(self._source, file, self.folder, print)
            take_secret(self._var, file)

        asyncio.run(self._with_parts(work))

    def undo(self) -> None:
        """Return to the replaced data and secret."""

        async def work() -> None:
            await undo(self._source, print)
            swap_secrets(self._var)

        asyncio.run(self._with_parts(work))

    async def _with_parts(self, work: Callable[[], Awaitable[None]]) -> None:
        external = ExternalServers.from_environ(os.environ)
        if external.databases:
            raise DeployError(
                "this stack uses databases of the operator: restore the dumps in the file with pg_restore"
            )
        with lock_state_dir(self._var, "a restore"):
            report = ProgressLog(self._var)
            clear_leftovers(self._var, report)
            stack = NativeStack(self._var, ports_of("native", os.environ), external)
            supervisor = Supervisor(report)
            try:
                await supervisor.start(*(part for part in (stack.postgres, stack.rabbitmq) if part))
                await work()
            finally:
                await supervisor.stop(stack.stop_order)


class ComposeBackup:
    """A stack under Docker Compose: its container `backup` does the work, which reaches the databases."""

    def __init__(self, env: Environment) -> None:
        self._project = find_usable_project(env)
        prepare(self._project)
        self.folder = backup_folder(self._project.var).parent

    def hold_for(self, verb: str) -> AbstractContextManager[None]:
        """Lock the state folder against other commands."""
        return self._project.var.hold_for(verb)

    def offsite(self) -> Offsite | None:
        """Return the bucket of the stack's settings."""
        return Offsite.from_environ(self._project.environ, prefix=PREFIX)

    def take(self, keep: int) -> None:
        """Take and verify a backup while the stack runs; the container uploads it if there is a bucket."""
        self._run("take", f"--keep={keep}")

    def verify(self, file: Path) -> None:
        """Compare in a PostgreSQL of its own, in the container."""
        self._with_file("verify", file)

    def restore(self, file: Path) -> None:
        """Restore while the services are stopped, then start them again; start a stack if there is none."""
        if not self._project.containers():
            bring_up(Chosen.read(self._project.env, os.environ), self._project, yes=True)
        with self._stop_services():
            self._with_file("restore", file)
            take_secret(self._project.var, file)

    def undo(self) -> None:
        """Return to the replaced data and secret."""
        with self._stop_services():
            self._run("undo")
            swap_secrets(self._project.var)

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
        if any(one["Service"] == "backup" for one in self._project.containers()):
            services.append("backup")  # the schedule would read what is being replaced
        self._project.compose("stop", *services)
        print("the services are stopped")
        try:
            yield
        finally:
            prepare(self._project)  # a restored secret is mounted like all others
            asyncio.run(start_and_wait(self._project, print))
