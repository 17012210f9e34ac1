"""A service's database, looked at with that service's own role."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

import psycopg2
from psycopg2.extensions import cursor

from deploy.checks.facts.clock import SAME_CLOCK, ClockOffset, compare_clocks
from deploy.stack.connections import CONNECTION_LIMITS
from deploy.stack.external import ExternalServers
from deploy.stack.state_dir import REPOSITORY

CONNECT_SECONDS = 3
STATEMENT_MS = 1500

_REVISION = re.compile(r"""^revision\b.*=\s*["'](\w+)["']""", re.MULTILINE)
_TABLE = re.compile(r'= Table\(\s*"(\w+)"')
_DOWN_REVISION = re.compile(r"""^down_revision\b.*=\s*["'](\w+)["']""", re.MULTILINE)

DatabaseTrouble = Literal["refused", "timeout", "password", "connections", "rights", "missing", "other"]

# What a message of libpq or the server means; the first match counts.
_TROUBLES: tuple[tuple[str, DatabaseTrouble], ...] = (
    ("Connection refused", "refused"),
    ("timeout expired", "timeout"),
    ("too many clients", "connections"),
    ("remaining connection slots", "connections"),
    ("too many connections", "connections"),
    ("password authentication failed", "password"),
    ("is not permitted to log in", "rights"),
    ("permission denied for database", "rights"),
    ("is not currently accepting connections", "rights"),
    ('role "', "password"),
    ("does not exist", "missing"),
)


@dataclass(frozen=True)
class DatabaseState:
    """One service's database. `trouble` is None if the service's role can use it; else `message` is why.

    `revision` is None when no migration was ever applied. `known`: this code's revisions, the newest last.
    `max_connections`: those that no superuser has to itself; `role_limit`: those of the role, negative for no
    limit. `outbox_oldest`: seconds. `clock`: that of the server. `hides_tables`: its tables exist, but not in
    its `search_path`. `lacks_tables`: those of the code that do not exist, although it was migrated, and
    `strange_tables` others; `forbidden`: those that the role may not read and insert into. `signing_keys`:
    None of a service without any.
    """

    service: str
    address: str
    trouble: DatabaseTrouble | None
    message: str
    revision: str | None = None
    known: tuple[str, ...] = ()
    outbox_waiting: int = 0
    outbox_oldest: float = 0
    connections: int = 0
    max_connections: int = 1
    role: str = ""
    role_limit: int = -1
    clock: ClockOffset = SAME_CLOCK
    search_path: str = ""
    hides_tables: bool = False
    lacks_tables: tuple[str, ...] = ()
    strange_tables: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    signing_keys: int | None = None


@dataclass(frozen=True)
class DatabaseStates:
    """All of them; `suspended` is the id of their server when it is stopped or paused, not ended."""

    all: tuple[DatabaseState, ...]
    suspended: str | None = None


def read_databases(urls: Mapping[str, str], suspended: str | None = None) -> tuple[DatabaseState, ...]:
    """Look at all of them at once, given each service's URL; a server that is suspended is not waited for."""
    if suspended:
        return tuple(
            DatabaseState(service, _address(url), "timeout", f"{suspended} is suspended")
            for service, url in urls.items()
        )
    with ThreadPoolExecutor(max(1, len(urls))) as threads:
        return tuple(threads.map(_read, urls, urls.values()))


def read_connection_limits(environ: Mapping[str, str]) -> Mapping[str, int]:
    """Return how many connections the role of each service has; a negative number means no limit.

    Those of the operator's own PostgreSQL are read there, as far as it can be used.
    """
    external = ExternalServers.from_environ(environ).databases
    if not external:
        return CONNECTION_LIMITS
    return {one.service: one.role_limit for one in read_databases(external)}


def list_revisions(service: str) -> tuple[str, ...]:
    """Return every migration that this code has for a service, the newest last.

    They are read from the files: importing Alembic would take longer than everything else here.
    """
    after: dict[str | None, str] = {}
    for path in (REPOSITORY / "services" / service / "migrations" / "versions").glob("*.py"):
        text = path.read_text()
        revision, down = _REVISION.search(text), _DOWN_REVISION.search(text)
        if revision:
            after[down[1] if down else None] = revision[1]
    chain: list[str] = []
    while (following := after.get(chain[-1] if chain else None)) is not None:
        chain.append(following)
    return tuple(chain)


def list_tables(service: str) -> set[str]:
    """Return the tables that this code has for a service, read from its files for the same reason."""
    folder = REPOSITORY / "services" / service
    texts = [path.read_text() for path in (*folder.glob("tables.py"), *folder.glob("tables/*.py"))]
    named = {name for text in texts for name in _TABLE.findall(text)}
    return {*named, "outbox", "inbox", "export_jobs"}


def _address(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


def _read(service: str, url: str) -> DatabaseState:
    address = _address(url)
    try:
        connection = psycopg2.connect(
            url,
            connect_timeout=CONNECT_SECONDS,
            application_name="tessera doctor",
            options=f"-c statement_timeout={STATEMENT_MS} -c default_transaction_read_only=on",
        )
    except psycopg2.OperationalError as error:
        message = str(error).strip()
        return DatabaseState(service, address, _classify(message), message)
    try:
        with connection.cursor() as statements:
            return _look(service, address, statements)
    except psycopg2.Error as error:
        message = str(error).strip()
        is_forbidden = "permission denied for schema" in message
        return DatabaseState(service, address, "rights" if is_forbidden else "other", message)
    finally:
        connection.close()


def _look(service: str, address: str, statements: cursor) -> DatabaseState:
    sent = time.time()
    statements.execute("SELECT extract(epoch FROM clock_timestamp())")
    clock = compare_clocks(float(_row(statements)[0]), sent)
    statements.execute(
        "SELECT current_setting('max_connections')::int"
        "  - current_setting('superuser_reserved_connections')::int,"
        " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),"
        " to_regclass('alembic_version') IS NOT NULL,"
        " to_regclass('public.alembic_version') IS NOT NULL, current_setting('search_path'), current_user,"
        " (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user)"
    )
    limit, connections, has_versions, exists, search_path, role, role_limit = _row(statements)
    statements.execute(
        "SELECT relname, has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')"
        " FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace('public')"
    )
    allowed: dict[str, bool] = dict(statements.fetchall())
    forbidden = tuple(sorted(table for table, is_allowed in allowed.items() if not is_allowed))
    revision, waiting, oldest, keys = None, 0, 0.0, None
    if has_versions and allowed["alembic_version"]:
        statements.execute("SELECT max(version_num) FROM alembic_version")
        (revision,) = _row(statements)
    if has_versions and allowed.get("signing_keys"):
        statements.execute("SELECT count(*) FROM signing_keys")
        (keys,) = _row(statements)
    if has_versions and allowed.get("outbox"):
        statements.execute(
            "SELECT count(*), coalesce(extract(epoch FROM now() - min(created_at)), 0)"
            " FROM (SELECT created_at FROM outbox ORDER BY id LIMIT 10000) AS waiting"
        )
        waiting, oldest = _row(statements)
    expected = list_tables(service)
    return DatabaseState(
        service,
        address,
        None,
        "",
        revision=revision,
        known=list_revisions(service),
        outbox_waiting=waiting,
        outbox_oldest=float(oldest),
        connections=connections,
        max_connections=limit,
        role=role,
        role_limit=role_limit,
        clock=clock,
        search_path=search_path,
        hides_tables=exists and not has_versions,
        lacks_tables=tuple(sorted(expected - allowed.keys())) if revision else (),
        strange_tables=tuple(sorted(allowed.keys() - expected - {"alembic_version"})),
        forbidden=forbidden,
        signing_keys=keys,
    )


def _classify(message: str) -> DatabaseTrouble:
    return next((trouble for words, trouble in _TROUBLES if words in message), "other")


def _row(statements: cursor) -> tuple[Any, ...]:
    row = statements.fetchone()
    assert row is not None
    return row
