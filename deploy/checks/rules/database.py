"""PostgreSQL, and each service's database in it."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.checks.facts.database import DatabaseState, DatabaseStates
from deploy.checks.facts.processes import ProcessStates
from deploy.checks.facts.run import Run
from deploy.checks.facts.sessions import Sessions
from deploy.checks.findings import Cause, Facts, Severity, Unknown, check, steps
from deploy.checks.rules.machine import CLOCK_SECONDS
from deploy.checks.rules.reasons import BROKER, DOWN, PROCESS, SLOW

CONNECTIONS_HIGH = 0.9
OLD_OUTBOX = 30.0  # seconds; with a broker, a relay needs less than one


@check(
    "database-down",
    "database",
    Severity.ERROR,
    holds="PostgreSQL listens",
    follows=(*DOWN, "out-of-memory"),
)
def database_down(facts: Facts) -> Iterator[Cause]:
    """The services answer 503 `postgres_unavailable`."""
    refused = _with(facts, "refused")
    if refused:
        yield Cause(
            f"PostgreSQL is down: connections to {refused[0].address} are refused ({_names(refused)})",
            facts[Run].show_log("postgres"),
        )


@check(
    "database-silent",
    "database",
    Severity.ERROR,
    holds="PostgreSQL answers",
    follows=(*SLOW, *DOWN),
    transient=True,
)
def database_silent(facts: Facts) -> Iterator[Cause]:
    """PostgreSQL accepts connections and does not answer: 503 `postgres_unavailable`."""
    silent = _with(facts, "timeout")
    if silent:
        suspended = facts[DatabaseStates].suspended
        if not suspended:
            doubt_if_ready(facts, "PostgreSQL", {one.service for one in silent})
        yield Cause(
            f"PostgreSQL at {silent[0].address} does not answer ({_names(silent)})"
            + (f": {suspended} is suspended" if suspended else ""),
            facts[Run].resume(suspended) if suspended else facts[Run].show_log("postgres"),
            certain=suspended is not None,
        )


@check("database-connections", "database", Severity.ERROR, holds="PostgreSQL has connections left")
def database_connections(facts: Facts) -> Iterator[Cause]:
    """New connections are refused."""
    full = _with(facts, "connections")
    if full:
        yield Cause(
            f"PostgreSQL has no connection left ({_names(full)}){_by_whom(facts)}",
            _end_foreign(facts),
        )


@check("database-read-only", "database", Severity.ERROR, holds="PostgreSQL accepts writes")
def database_read_only(facts: Facts) -> Iterator[Cause]:
    """Reads are answered; every write is 503 `postgres_unavailable`."""
    sessions = facts[Sessions]
    where = next((one.address for one in facts[DatabaseStates].all), "its address")
    if sessions.standby:
        yield Cause(
            f"PostgreSQL at {where} is a standby, so it accepts no writes: another server is the primary",
            "Point AUTH_, USERS_ and TILES_DATABASE_URL at the primary, or promote this server.",
        )
    elif sessions.read_only:
        yield Cause(
            f"PostgreSQL at {where} accepts no writes: default_transaction_read_only is on",
            facts[Run].repair_access,
        )


@check("database-blocked", "database", Severity.ERROR, holds="no session holds locks while it does nothing")
def database_blocked(facts: Facts) -> Iterator[Cause]:
    """Statements that need what it has locked wait, and fail after a moment: 503 `busy`."""
    for one in facts[Sessions].holders:
        program = one.program or "a program without a name"
        yield Cause(
            f"a session of {program} ({one.role} in {one.database}, pid {one.pid}) has held a transaction "
            f"open for {one.seconds:.0f} s, {one.state}, while {one.waiting} others wait for it; "
            f"its last statement: {' '.join(one.query.split())}",
            facts[Run].end_session(one.pid),
        )


@check("database-rights", "database", Severity.ERROR, holds="each service may use its database")
def database_rights(facts: Facts) -> Iterator[Cause]:
    """New connections fail, while those in the pools still work."""
    for database in _with(facts, "rights"):
        yield Cause(
            f"PostgreSQL does not let {database.service} into its database: {last_line(database.message)}",
            facts[Run].repair_access,
        )


@check("database-search-path", "database", Severity.ERROR, holds="each service finds its tables")
def database_search_path(facts: Facts) -> Iterator[Cause]:
    """Statements fail, because tables that exist are looked for elsewhere."""
    for database in _usable(facts):
        if database.hides_tables:
            yield Cause(
                f"{database.service} does not find its tables: its search_path is {database.search_path}",
                facts[Run].repair_access,
            )


@check("database-settings", "database", Severity.ERROR, holds="no setting of PostgreSQL hinders a service")
def database_settings(facts: Facts) -> Iterator[Cause]:
    """Statements fail or are cut off, in sessions that begin from then on."""
    for one in facts[Sessions].overrides:
        if not one.setting.startswith("search_path="):  # has a check that shows what it does
            yield Cause(
                f"PostgreSQL has the setting {one.setting} for {one.of_whom}, which Tessera does not make",
                facts[Run].repair_access,
            )


@check("database-privileges", "database", Severity.ERROR, holds="each service may use its tables")
def database_privileges(facts: Facts) -> Iterator[Cause]:
    """Statements about those tables fail: 500."""
    for database in _usable(facts):
        if tables := ", ".join(database.forbidden):
            yield Cause(
                f"PostgreSQL does not let {database.service} read or write {tables}",
                facts[Run].sql(
                    database.service,
                    f"GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {database.service}",
                ),
            )


@check("database-password", "database", Severity.ERROR, holds="PostgreSQL accepts the services' passwords")
def database_password(facts: Facts) -> Iterator[Cause]:
    """New connections fail, while those in the pools still work."""
    for database in _with(facts, "password"):
        yield Cause(
            f"PostgreSQL rejects the password of {database.service}: {last_line(database.message)}",
            facts[Run].repair_access,
        )


@check("database-missing", "database", Severity.ERROR, holds="each service has its database")
def database_missing(facts: Facts) -> Iterator[Cause]:
    """The server is there, the database is not."""
    for database in _with(facts, "missing"):
        yield Cause(
            f"{database.service}: {last_line(database.message)}",
            steps(
                facts[Run].repair_access,
                facts[Run].migrate(database.service),
                "Restore a backup, unless it is meant to be empty.",
            ),
        )


@check("database-error", "database", Severity.ERROR, holds="the services' databases can be read")
def database_error(facts: Facts) -> Iterator[Cause]:
    """PostgreSQL reports any other error."""
    for database in _with(facts, "other"):
        yield Cause(
            f"the database of {database.service} cannot be used: {last_line(database.message)}",
            facts[Run].show_log("postgres"),
        )


@check("schema-newer", "database", Severity.ERROR, holds="no database is newer than the code")
def schema_newer(facts: Facts) -> Iterator[Cause]:
    """A newer version migrated the database."""
    for database in _usable(facts):
        if database.revision is not None and database.revision not in database.known:
            yield Cause(
                f"the database of {database.service} is at migration {database.revision}, which this code "
                f"does not have (its newest is {database.known[-1]})",
                "Run the version that migrated it, or restore a backup from before that.",
            )


@check(
    "migrations-missing",
    "database",
    Severity.ERROR,
    holds="every migration is applied",
    follows=("database-search-path",),
)
def migrations_missing(facts: Facts) -> Iterator[Cause]:
    """The code expects tables that do not exist."""
    for database in _usable(facts):
        if database.revision is None or database.revision in database.known[:-1]:
            at = f"at {database.revision}" if database.revision else "without any"
            yield Cause(
                f"the database of {database.service} lacks migrations: it is {at}, "
                f"the code is at {database.known[-1]}",
                facts[Run].migrate(database.service),
            )


@check(
    "database-table-missing",
    "database",
    Severity.ERROR,
    holds="each database has the tables of its migrations",
    follows=("migrations-missing", "schema-newer", "database-search-path"),
)
def database_table_missing(facts: Facts) -> Iterator[Cause]:
    """What needs the table is 500, or events are not applied."""
    for database in _usable(facts):
        for table in database.lacks_tables:
            yield Cause(
                f"the database of {database.service} lacks its table {table}, although its migrations were "
                "applied: it was renamed or dropped",
                _rename_back(facts, database, table),
            )


@check(
    "keys-missing",
    "database",
    Severity.ERROR,
    holds="auth has a signing key",
    follows=("database-table-missing", "migrations-missing", "schema-newer", "database-search-path"),
)
def keys_missing(facts: Facts) -> Iterator[Cause]:
    """Users cannot log in once auth restarts; access tokens signed by the lost keys are soon rejected."""
    for database in _usable(facts):
        if database.signing_keys == 0:
            yield Cause(
                "the database of auth has no signing key: they were deleted, and people must log in again",
                facts[Run].rotate_keys,
            )


@check(
    "database-clock", "database", Severity.ERROR, holds="PostgreSQL's clock is within 5 s of this machine's"
)
def database_clock(facts: Facts) -> Iterator[Cause]:
    """Sessions and locks expire at the wrong time."""
    for database in _usable(facts):
        if abs(database.clock.certain) > CLOCK_SECONDS:
            yield Cause(
                f"the clock of PostgreSQL at {database.address} differs from this machine's "
                f"by {database.clock.certain:+.0f} s, so sessions and locks expire at the wrong time",
                steps("timedatectl set-ntp true", "Run it on both machines."),
            )


@check("connections-high", "database", Severity.WARNING, holds="a tenth of PostgreSQL's connections is left")
def connections_high(facts: Facts) -> Iterator[Cause]:
    """New connections will soon be refused."""
    for database in _usable(facts)[:1]:
        if database.connections > CONNECTIONS_HIGH * database.max_connections:
            yield Cause(
                f"PostgreSQL has {database.connections} of {database.max_connections} connections in use"
                f"{_by_whom(facts)}",
                _end_foreign(facts),
            )


@check(
    "outbox-stuck",
    "broker",
    Severity.ERROR,
    holds="events leave the outboxes",
    follows=(*PROCESS, *BROKER),
    transient=True,
)
def outbox_stuck(facts: Facts) -> Iterator[Cause]:
    """Events are stored but not published."""
    for database in _usable(facts):
        if database.outbox_oldest > OLD_OUTBOX:
            yield Cause(
                f"{database.outbox_waiting} events of {database.service} wait in its outbox, "
                f"the oldest for {database.outbox_oldest:.0f} s: its relay does not publish them",
                facts[Run].show_log(f"{database.service}-worker"),
            )


def doubt_if_ready(facts: Facts, part: str, services: set[str]) -> None:
    """Raise Unknown when these services are ready: then `part` answers them, and this machine is busy."""
    processes = [one for one in facts[ProcessStates].all if one.service in services]
    if processes and all(one.ready.status == 200 for one in processes):
        raise Unknown(
            f"{part} was too slow for the doctor, although {', '.join(sorted(services))} can use it"
        )


def last_line(text: str) -> str:
    """Return the last line of an error message but details: there libpq and aiormq name the reason."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(("DETAIL:", "HINT:"))]
    return lines[-1].strip() if lines else "no reason given"


def _rename_back(facts: Facts, database: DatabaseState, table: str) -> str:
    """Return the command that gives the only table without a place its name, else what to do."""
    if len(database.lacks_tables) == len(database.strange_tables) == 1:
        statement = f"ALTER TABLE {database.strange_tables[0]} RENAME TO {table}"
        return facts[Run].sql(database.service, statement)
    return "Rename it back, or restore a backup."


def _end_foreign(facts: Facts) -> str:
    """Return what ends the sessions that are not of Tessera."""
    statement = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend'"
        " AND application_name NOT LIKE 'tessera%' AND pid <> pg_backend_pid()"
    )
    return steps(
        facts[Run].sql("postgres", statement),
        facts[Run].repair_access,  # also sets the services' limits
        "Stop the programs that open them, lower *_DATABASE_POOL, or raise max_connections.",
    )


def _by_whom(facts: Facts) -> str:
    """Say who holds most connections, if that can be read."""
    try:
        groups = facts[Sessions].groups
    except Unknown:
        return ""
    return f": {', '.join(map(str, groups[:3]))}" if groups else ""


def _with(facts: Facts, trouble: str) -> list[DatabaseState]:
    return [database for database in facts[DatabaseStates].all if database.trouble == trouble]


def _usable(facts: Facts) -> list[DatabaseState]:
    return [database for database in facts[DatabaseStates].all if database.trouble is None]


def _names(databases: list[DatabaseState]) -> str:
    return ", ".join(database.service for database in databases)
