"""What must hold before any start. An error stops it; a warning is printed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from deploy.checks.facts.broker import Broker
from deploy.checks.facts.database import DatabaseState, DatabaseStates
from deploy.checks.facts.machine import Listeners, Secrets
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
from deploy.checks.findings import Cause, Facts, Severity, check, steps
from deploy.checks.rules.database import last_line
from deploy.stack.command_line import make_line
from deploy.stack.state_dir import REPOSITORY

FEW_FILES = 1024  # with fewer, one service's pools and clients do not fit
SOME_FILES = 4096  # each open WebSocket takes one in the gateway and one in tiles


@check("setting-invalid", "settings", Severity.ERROR, holds="every setting has a value that can be used")
def setting_invalid(facts: Facts) -> Iterator[Cause]:
    """A limit would be off, or a part would not start."""
    for fault in facts[SettingFaults].all:
        if not fault.is_unknown:
            yield Cause(fault.cause, fault.fix)


@check("setting-unknown", "settings", Severity.ERROR, holds="every TESSERA_… variable is a setting")
def setting_unknown(facts: Facts) -> Iterator[Cause]:
    """The setting that is meant would keep its default."""
    for fault in facts[SettingFaults].all:
        if fault.is_unknown:
            yield Cause(fault.cause, fault.fix)


@check("already-running", "ports", Severity.ERROR, holds="no stack runs in the state folder")
def already_running(facts: Facts) -> Iterator[Cause]:
    """Two stacks would write the same files."""
    other = facts[Running]
    if other.pid is not None:
        yield Cause(
            f"Tessera already runs in this state folder: pid {other.pid}, {other.url}",
            steps(f"kill {other.pid}", "Or choose another folder: set TESSERA_VAR."),
        )


@check("port-taken", "ports", Severity.ERROR, holds="every port of the map is free, or this stack's own")
def port_taken(facts: Facts) -> Iterator[Cause]:
    """Another program listens there."""
    for port in facts[Listeners].ports:
        if port.holder and not port.ours:
            yield Cause(
                f"port {port.number} ({port.name}) is held by {port.holder}",
                steps(port.holder.stop, f"Or choose another port: set {port.env}."),
            )


@check("files-few", "machine", Severity.ERROR, holds="a process may open 1024 files")
def files_few(facts: Facts) -> Iterator[Cause]:
    """One service's connections and clients do not fit."""
    limits = facts[Limits]
    if 0 <= limits.soft < FEW_FILES:
        yield Cause(f"a process may open only {limits.soft} files", f"ulimit -n {SOME_FILES}")


@check("files-some", "machine", Severity.WARNING, holds="a process may open 4096 files")
def files_some(facts: Facts) -> Iterator[Cause]:
    """The limit is enough to start, but not for many viewers."""
    limits = facts[Limits]
    if FEW_FILES <= limits.hard < SOME_FILES:
        yield Cause(
            f"a process may open at most {limits.hard} files, so about as many people can watch at once",
            f"Raise the hard limit (LimitNOFILE, /etc/security/limits.conf) to {SOME_FILES} or more.",
        )


@check("part-missing", "parts", Severity.ERROR, holds="Python and all parts are installed")
def part_missing(facts: Facts) -> Iterator[Cause]:
    """The stack cannot start without it."""
    parts = facts[Parts]
    for name, fix in parts.missing.items():
        yield Cause(f"{name} is not installed", fix)
    if not (3, 11) <= parts.python <= (3, 13):
        found = ".".join(map(str, parts.python))
        yield Cause(
            f"this is Python {found}; Tessera needs 3.11 to 3.13", make_line("PYTHON=python3.12 clean setup")
        )


@check("state-unwritable", "state", Severity.ERROR, holds="the state folder can be written")
def state_unwritable(facts: Facts) -> Iterator[Cause]:
    """A run could not store its data, secrets and logs."""
    state = facts[StateFolder]
    for folder in state.unwritable:
        yield Cause(
            f"{folder} cannot be written",
            steps(f"sudo chown -R $(id -u) {state.root}", "Or choose another folder: set TESSERA_VAR."),
        )


@check("data-version", "state", Severity.ERROR, holds="the data were made by the installed PostgreSQL")
def data_version(facts: Facts) -> Iterator[Cause]:
    """PostgreSQL refuses data of another major version."""
    state = facts[StateFolder]
    if state.data_version != state.program_version:
        yield Cause(
            f"{state.root}/postgres was made by PostgreSQL {state.data_version}, "
            f"but {state.program_version} is installed",
            "Check out the version of Tessera that made it, take a backup there, and restore it here.",
        )


@check("secret-missing", "state", Severity.ERROR, holds="the secrets that the data were made with are there")
def secret_missing(facts: Facts) -> Iterator[Cause]:
    """New secrets would not fit the data."""
    for unusable in facts[Secrets].unusable:
        yield Cause(f"a secret cannot be used: {unusable}", "Restore it from a backup of the state folder.")


@check("gateway-invalid", "gateway", Severity.ERROR, holds="Traefik accepts the gateway's configuration")
def gateway_invalid(facts: Facts) -> Iterator[Cause]:
    """Traefik would start with it, and answer every request with 404."""
    for message in facts[GatewayErrors].messages:
        yield Cause(
            f"Traefik rejects the gateway's configuration: {message}",
            f"git -C {shlex.quote(str(REPOSITORY))} diff gateway/",
        )


@check("proxies-unnamed", "gateway", Severity.WARNING, holds="a proxy that ends TLS is trusted")
def proxies_unnamed(facts: Facts) -> Iterator[Cause]:
    """All clients have the proxy's address: one who fails to log in locks out everybody."""
    front = facts[InFront]
    if front.ends_tls and not front.trusted:
        yield Cause(
            "a proxy in front ends TLS, and TESSERA_TRUSTED_PROXIES names none",
            "Set TESSERA_TRUSTED_PROXIES to the address from which it connects: docs/behind-a-proxy.md.",
        )


@check("database-unusable", "database", Severity.ERROR, holds="databases given by URL can be used")
def database_unusable(facts: Facts) -> Iterator[Cause]:
    """No service would become ready."""
    for database in facts[DatabaseStates].all:
        if database.trouble:
            yield Cause(
                f"the database of {database.service} at {database.address} cannot be used: "
                f"{last_line(database.message)}",
                f"Repair {database.service.upper()}_DATABASE_URL or the server.",
            )


@check("broker-unusable", "broker", Severity.ERROR, holds="brokers given by URL can be used")
def broker_unusable(facts: Facts) -> Iterator[Cause]:
    """No worker would become ready, and events would wait."""
    broker = facts[Broker]
    for service, (_, message) in broker.trouble.items():
        yield Cause(
            f"the broker of {service} at {broker.address} cannot be used: {last_line(message)}",
            f"Repair {service.upper()}_BROKER_URL or the server.",
        )


@check(
    "connections-few",
    "database",
    Severity.ERROR,
    holds="databases given by URL allow as many connections as the processes may open",
)
def connections_few(facts: Facts) -> Iterator[Cause]:
    """Under load, requests would get 503 `postgres_unavailable`."""
    needed = facts[Budgets].connections
    usable = [one for one in facts[DatabaseStates].all if one.trouble is None]
    for database in usable:
        wanted = needed[database.service]
        if 0 <= database.role_limit < wanted:
            yield Cause(
                f"{database.service} may open {wanted} connections, and its role at {database.address} has"
                f" {database.role_limit}",
                f"Let the server's superuser run ALTER ROLE {database.role} CONNECTION LIMIT {wanted}.",
            )
    for address in dict.fromkeys(one.address for one in usable):
        there = [one for one in usable if one.address == address]
        wanted, limit = sum(needed[one.service] for one in there), there[0].max_connections
        if wanted > limit:
            yield Cause(
                f"the services may open {wanted} connections, and {address} allows {limit}",
                "Raise max_connections there, or lower AUTH_, USERS_ and TILES_DATABASE_POOL.",
            )


@check("migrations-pending", "database", Severity.INFO, holds="no migration is pending")
def migrations_pending(facts: Facts) -> Iterator[Cause]:
    """The start applies them; only a backup leads back."""
    for database in facts[DatabaseStates].all:
        pending = _pending(database)
        if database.trouble is None and pending:
            yield Cause(
                f"the start migrates the database of {database.service}: {', '.join(pending)}",
                "Take a backup first, if there is data.",
            )


def _pending(database: DatabaseState) -> tuple[str, ...]:
    """Return the migrations after the one applied last; none when the code does not have that one."""
    if database.revision is None:
        return database.known
    if database.revision not in database.known:
        return ()
    return database.known[database.known.index(database.revision) + 1 :]
