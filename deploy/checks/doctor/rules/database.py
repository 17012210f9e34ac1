"""PostgreSQL, and each service's database in it."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.checks.doctor.facts import Database, Databases, Processes, Run
from deploy.checks.doctor.rules.machine import CLOCK_SECONDS
from deploy.checks.findings import Cause, Facts, Unknown

CONNECTIONS_HIGH = 0.9
OLD_OUTBOX = 30.0  # seconds; a relay with a broker needs less than one


def database_down(facts: Facts) -> Iterator[Cause]:
    """Nobody listens there."""
    refused = _with(facts, "refused")
    if refused:
        yield Cause(
            f"PostgreSQL is down: connections to {refused[0].address} are refused ({_names(refused)})",
            facts[Run].log("postgres"),
        )


def database_silent(facts: Facts) -> Iterator[Cause]:
    """It accepts and does not answer."""
    silent = _with(facts, "timeout")
    if silent:
        stopped = facts[Databases].suspended
        if not stopped:
            believe_only_if_not_ready(facts, "PostgreSQL", {one.service for one in silent})
        yield Cause(
            f"PostgreSQL at {silent[0].address} does not answer ({_names(silent)})"
            + (f": {stopped} is suspended" if stopped else ""),
            facts[Run].wake(stopped) if stopped else facts[Run].log("postgres"),
        )


def database_password(facts: Facts) -> Iterator[Cause]:
    """New connections fail, while pooled ones go on."""
    for database in _with(facts, "password"):
        yield Cause(
            f"PostgreSQL refuses the password of {database.service}: {last_line(database.said)}",
            f"restart, which sets it to that of {facts[Run].state}/secrets: {facts[Run].start}",
        )


def database_connections(facts: Facts) -> Iterator[Cause]:
    """No connection is left."""
    full = _with(facts, "connections")
    if full:
        yield Cause(
            f"PostgreSQL has no connection left ({_names(full)}): {last_line(full[0].said)}",
            "end the clients that hold them (ss -tnp), or lower *_DATABASE_POOL, or raise max_connections",
        )


def database_missing(facts: Facts) -> Iterator[Cause]:
    """The server is there, the database is not."""
    for database in _with(facts, "missing"):
        yield Cause(f"{database.service}: {last_line(database.said)}", facts[Run].start)


def database_other(facts: Facts) -> Iterator[Cause]:
    """Anything else that PostgreSQL says."""
    for database in _with(facts, "other"):
        yield Cause(
            f"the database of {database.service} cannot be used: {last_line(database.said)}",
            facts[Run].log("postgres"),
        )


def migrations_missing(facts: Facts) -> Iterator[Cause]:
    """The code expects tables that are not there."""
    for database in _usable(facts):
        if database.revision is None or database.revision in database.known[:-1]:
            at = f"at {database.revision}" if database.revision else "without any"
            yield Cause(
                f"the database of {database.service} lacks migrations: it is {at}, "
                f"the code is at {database.known[-1]}",
                f"restart, which migrates: {facts[Run].start}",
            )


def schema_newer(facts: Facts) -> Iterator[Cause]:
    """The database was migrated by newer code."""
    for database in _usable(facts):
        if database.revision is not None and database.revision not in database.known:
            yield Cause(
                f"the database of {database.service} is at migration {database.revision}, which this code "
                f"does not know (its newest is {database.known[-1]})",
                "run the version that migrated it, or restore a backup made before",
            )


def database_clock(facts: Facts) -> Iterator[Cause]:
    """Sessions and locks expire at the wrong moment."""
    for database in _usable(facts):
        if abs(database.ahead) > CLOCK_SECONDS:
            yield Cause(
                f"the clock of PostgreSQL at {database.address} differs from this machine's "
                f"by {database.ahead:+.0f} s, so tokens, sessions and locks do not hold",
                "timedatectl set-ntp true, on both machines",
            )


def connections_high(facts: Facts) -> Iterator[Cause]:
    """Soon no connection is left."""
    for database in _usable(facts)[:1]:
        if database.connections > CONNECTIONS_HIGH * database.max_connections:
            yield Cause(
                f"PostgreSQL has {database.connections} of {database.max_connections} connections in use",
                "end the clients that hold them (ss -tnp), or raise max_connections",
            )


def outbox_stuck(facts: Facts) -> Iterator[Cause]:
    """Events are written down and not sent."""
    for database in _usable(facts):
        if database.outbox_oldest > OLD_OUTBOX:
            yield Cause(
                f"{database.outbox_waiting} events of {database.service} wait in its outbox, "
                f"the oldest for {database.outbox_oldest:.0f} s: its relay does not send",
                facts[Run].log(f"{database.service}-worker"),
            )


def believe_only_if_not_ready(facts: Facts, part: str, services: set[str]) -> None:
    """Raise Unknown when these services are ready: `part` answers them, it is this machine that is busy."""
    processes = [one for one in facts[Processes].all if one.service in services]
    if processes and all(one.ready.status == 200 for one in processes):
        raise Unknown(f"{part} was too slow for the doctor, while {', '.join(sorted(services))} can use it")


def _with(facts: Facts, trouble: str) -> list[Database]:
    return [database for database in facts[Databases].all if database.trouble == trouble]


def _usable(facts: Facts) -> list[Database]:
    return [database for database in facts[Databases].all if database.trouble is None]


def _names(databases: list[Database]) -> str:
    return ", ".join(database.service for database in databases)


def last_line(text: str) -> str:
    """What was said last, which is where libpq and aiormq name the reason."""
    return text.strip().splitlines()[-1] if text.strip() else "no reason given"
