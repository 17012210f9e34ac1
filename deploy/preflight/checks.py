"""What must hold before a stack is started. An error stops the start; a warning is said."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.doctor.facts import Databases, Listeners, Secrets
from deploy.doctor.rules import database as database_rules
from deploy.doctor.rules import machine
from deploy.findings import Cause, Check, Facts, Severity
from deploy.preflight.facts import Limits, Parts, Running, State
from deploy.preflight.gateway import Complaints

FEW_FILES = 1024  # below this not even one service's pools and clients fit
SOME_FILES = 4096  # each open WebSocket takes one in the gateway and one in tiles


def running(facts: Facts) -> Iterator[Cause]:
    """Two would write the same files."""
    other = facts[Running]
    if other.pid is not None:
        yield Cause(
            f"Tessera runs already in this state folder: pid {other.pid}, {other.url}",
            f"kill {other.pid}, or give another folder in TESSERA_VAR; make doctor looks at a running stack",
        )


def port_taken(facts: Facts) -> Iterator[Cause]:
    """Somebody else listens there."""
    for port in facts[Listeners].ports:
        if port.holder and not port.ours:
            free = f"kill {port.holder.pid}, or " if port.holder.pid else ""
            yield Cause(
                f"port {port.number} ({port.name}) is held by {port.holder}",
                f"{free}use another with {port.env}",
            )


def files_few(facts: Facts) -> Iterator[Cause]:
    """Not even one service's connections and clients fit."""
    limits = facts[Limits]
    if 0 <= limits.soft < FEW_FILES:
        yield Cause(f"a process may open only {limits.soft} files", f"ulimit -n {SOME_FILES}")


def files_some(facts: Facts) -> Iterator[Cause]:
    """Enough to start, not for many viewers."""
    limits = facts[Limits]
    if FEW_FILES <= limits.hard < SOME_FILES:
        yield Cause(
            f"a process may open at most {limits.hard} files, so about as many people can watch at once",
            f"raise the hard limit (LimitNOFILE, /etc/security/limits.conf) to {SOME_FILES} or more",
        )


def part_missing(facts: Facts) -> Iterator[Cause]:
    """Nothing can be started without it."""
    parts = facts[Parts]
    for name, fix in parts.missing.items():
        yield Cause(f"{name} is not installed", fix)
    if not (3, 11) <= parts.python <= (3, 13):
        found = ".".join(map(str, parts.python))
        yield Cause(
            f"this is Python {found}; Tessera needs 3.11 to 3.13", "make PYTHON=python3.12 clean setup"
        )


def state_unwritable(facts: Facts) -> Iterator[Cause]:
    """A run could keep nothing: no data, no secret, no log."""
    state = facts[State]
    for folder in state.unwritable:
        yield Cause(
            f"{folder} cannot be written", f"sudo chown -R $(id -u) {state.root}, or another TESSERA_VAR"
        )


def data_version(facts: Facts) -> Iterator[Cause]:
    """PostgreSQL refuses the data of another major version."""
    state = facts[State]
    if state.data_version != state.program_version:
        yield Cause(
            f"{state.root}/postgres was made by PostgreSQL {state.data_version}, "
            f"but {state.program_version} is installed",
            "check out the version of Tessera that made it, dump there, restore here",
        )


def secret_missing(facts: Facts) -> Iterator[Cause]:
    """A new one would not fit the data."""
    for unusable in facts[Secrets].unusable:
        yield Cause(f"a secret cannot be used: {unusable}", "restore it from a backup of the state folder")


def gateway_invalid(facts: Facts) -> Iterator[Cause]:
    """Traefik would start with it, and answer 404 to everything."""
    for said in facts[Complaints].said:
        yield Cause(f"Traefik refuses the gateway's configuration: {said}", "git diff gateway/")


def database_unusable(facts: Facts) -> Iterator[Cause]:
    """No service would become ready."""
    for database in facts[Databases].all:
        if database.trouble:
            last = database.said.splitlines()[-1]
            yield Cause(
                f"the database of {database.service} at {database.address} cannot be used: {last}",
                f"repair {database.service.upper()}_DATABASE_URL or the server",
            )


def migrations_pending(facts: Facts) -> Iterator[Cause]:
    """The start applies them; there is no way back but a backup."""
    for database in facts[Databases].all:
        pending = [
            one
            for one in database.known
            if database.revision is None
            or database.known.index(one) > _place(database.revision, database.known)
        ]
        if database.trouble is None and pending:
            yield Cause(
                f"the start migrates the database of {database.service}: {', '.join(pending)}",
                "make a backup first if there is data",
            )


_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

CHECKS = (
    Check("already-running", "ports", _ERROR, "no stack runs in the state folder", running),
    Check("port-taken", "ports", _ERROR, "every port of the map is free", port_taken),
    Check("disk-full", "machine", _ERROR, "256 MiB of disk are free", machine.disk_full),
    Check("disk-low", "machine", _WARNING, "1 GiB of disk is free", machine.disk_low),
    Check("memory-low", "machine", _WARNING, "256 MiB of memory are available", machine.memory_low),
    Check("clock-wrong", "machine", _ERROR, "the clock was not turned back", machine.clock_wrong),
    Check("files-few", "machine", _ERROR, "a process may open 1024 files", files_few),
    Check("files-some", "machine", _WARNING, "a process may open 4096 files", files_some),
    Check("part-missing", "parts", _ERROR, "Python and the parts are there", part_missing),
    Check("state-unwritable", "state", _ERROR, "the state folder can be written", state_unwritable),
    Check("data-version", "state", _ERROR, "its data is of the installed PostgreSQL", data_version),
    Check("secret-missing", "state", _ERROR, "the secrets of its data are there", secret_missing),
    Check(
        "gateway-invalid", "gateway", _ERROR, "Traefik accepts the gateway's configuration", gateway_invalid
    ),
    Check("database-unusable", "database", _ERROR, "databases given by URL can be used", database_unusable),
    Check(
        "schema-newer",
        "database",
        _ERROR,
        "no such database is newer than the code",
        database_rules.schema_newer,
    ),
    Check("migrations-pending", "database", _INFO, "no migration is pending there", migrations_pending),
)


def _place(revision: str, known: tuple[str, ...]) -> int:
    """Of an applied migration; one that is not known is after all of them."""
    return known.index(revision) if revision in known else len(known)
