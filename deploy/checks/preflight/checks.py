"""What must hold before a stack is started. An error stops the start; a warning is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from deploy.checks.doctor.facts import Databases, Listeners, Secrets
from deploy.checks.doctor.rules import database as database_rules
from deploy.checks.doctor.rules import machine
from deploy.checks.findings import Cause, Check, Facts, Severity
from deploy.checks.preflight.composed import Files, Images, OwnCertificate, Versions
from deploy.checks.preflight.facts import Limits, Parts, Running, State
from deploy.checks.preflight.gateway import Complaints

FEW_FILES = 1024  # below this not even one service's pools and clients fit
ENGINE, COMPOSE = (25, 0), (2, 24)  # the oldest with start_interval of health checks, and `!reset`
RENEW = timedelta(days=14)
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
            yield Cause(
                f"port {port.number} ({port.name}) is held by {port.holder}",
                f"{port.holder.stop}, or use another with {port.env}",
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


def engine_down(facts: Facts) -> Iterator[Cause]:
    """No container can be started."""
    if trouble := facts[Versions].trouble:
        yield Cause(f"the Docker Engine does not answer: {trouble}", "sudo systemctl start docker")


def engine_old(facts: Facts) -> Iterator[Cause]:
    """The compose files ask for what it does not know."""
    versions = facts[Versions]
    for name, found, oldest in (
        ("Docker Engine", versions.engine, ENGINE),
        ("Docker Compose", versions.compose, COMPOSE),
    ):
        if not versions.trouble and found < oldest:
            yield Cause(
                f"{name} is {'.'.join(map(str, found))}; Tessera needs {'.'.join(map(str, oldest))} or newer",
                "https://docs.docker.com/engine/install/",
            )


def files_invalid(facts: Facts) -> Iterator[Cause]:
    """Compose would start nothing."""
    if trouble := facts[Files].trouble:
        yield Cause(f"Compose cannot use the files in deploy/compose: {trouble}", "git diff deploy/compose")


def port_unpublished(facts: Facts) -> Iterator[Cause]:
    """Everything would be healthy, and every client refused."""
    files = facts[Files]
    if lost := sorted(files.expected - files.published):
        yield Cause(
            f"the compose files publish no port {' and no port '.join(map(str, lost))} of the gateway",
            "restore its `ports:` in deploy/compose, as deploy/ports.toml has them",
        )


def image_missing(facts: Facts) -> Iterator[Cause]:
    """The start downloads it, or fails where it cannot."""
    for image in facts[Images].missing:
        yield Cause(f"the image {image} is not here yet", f"docker pull {image}")


def certificate_unusable(facts: Facts) -> Iterator[Cause]:
    """Browsers would refuse to open the page."""
    own, now = facts[OwnCertificate], datetime.now(UTC)
    fix = "replace gateway_certificate and gateway_certificate_key; without both, the start makes its own"
    if own.trouble:
        yield Cause(f"the certificate {own.path} cannot be used: {own.trouble}", fix)
    if own.ends and own.ends < now:
        yield Cause(f"the certificate {own.path} expired on {own.ends:%Y-%m-%d %H:%M} UTC", fix)
    if own.starts and own.starts > now:
        yield Cause(f"the certificate {own.path} is valid only from {own.starts:%Y-%m-%d %H:%M} UTC on", fix)


def certificate_ending(facts: Facts) -> Iterator[Cause]:
    """Browsers will soon refuse to open the page."""
    own, now = facts[OwnCertificate], datetime.now(UTC)
    if own.ends and now <= own.ends < now + RENEW:
        yield Cause(f"the certificate {own.path} expires on {own.ends:%Y-%m-%d %H:%M} UTC", "renew it")


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


_NO_ENGINE = ("engine-down",)

COMPOSE_CHECKS = (
    Check("engine-down", "engine", _ERROR, "the Docker Engine answers", engine_down),
    Check("engine-old", "engine", _ERROR, "Engine and Compose are new enough", engine_old),
    Check("files-invalid", "files", _ERROR, "Compose can merge the files", files_invalid, _NO_ENGINE),
    Check("port-unpublished", "ports", _ERROR, "they publish the ports of the map", port_unpublished),
    Check("port-taken", "ports", _ERROR, "these ports are free, or held by this stack", port_taken),
    Check("disk-full", "machine", _ERROR, "256 MiB of disk are free", machine.disk_full),
    Check("disk-low", "machine", _WARNING, "1 GiB of disk is free", machine.disk_low),
    Check("memory-low", "machine", _WARNING, "256 MiB of memory are available", machine.memory_low),
    Check("clock-wrong", "machine", _ERROR, "the engine's clock is not ahead of ours", machine.clock_wrong),
    Check("image-missing", "images", _INFO, "nothing has to be downloaded", image_missing),
    Check("secret-missing", "state", _ERROR, "the secrets of its data are there", secret_missing),
    Check(
        "certificate-unusable", "gateway", _ERROR, "the operator's certificate is good", certificate_unusable
    ),
    Check("certificate-ending", "gateway", _WARNING, "it does not end within 14 days", certificate_ending),
    Check(
        "gateway-invalid", "gateway", _ERROR, "Traefik accepts the gateway's configuration", gateway_invalid
    ),
    Check(
        "schema-newer", "database", _ERROR, "no database is newer than the code", database_rules.schema_newer
    ),
    Check("migrations-pending", "database", _INFO, "no migration is pending", migrations_pending),
)


def _place(revision: str, known: tuple[str, ...]) -> int:
    """Of an applied migration; one that is not known is after all of them."""
    return known.index(revision) if revision in known else len(known)
