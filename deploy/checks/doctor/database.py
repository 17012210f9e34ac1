"""A service's database, looked at with that service's own role."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import psycopg2
from psycopg2.extensions import cursor

from deploy.checks.doctor.facts import Database, DatabaseTrouble
from deploy.stack.state_dir import REPOSITORY

CONNECT_SECONDS = 3
STATEMENT_MS = 1500

_REVISION = re.compile(r"""^revision\b.*=\s*["'](\w+)["']""", re.MULTILINE)
_DOWN_REVISION = re.compile(r"""^down_revision\b.*=\s*["'](\w+)["']""", re.MULTILINE)

# What libpq or the server says, in the order in which it is looked for.
_TROUBLES: tuple[tuple[str, DatabaseTrouble], ...] = (
    ("Connection refused", "refused"),
    ("timeout expired", "timeout"),
    ("too many clients", "connections"),
    ("remaining connection slots", "connections"),
    ("too many connections", "connections"),
    ("password authentication failed", "password"),
    ('role "', "password"),
    ("does not exist", "missing"),
)


def ask_databases(urls: Mapping[str, str]) -> list[Database]:
    """Look at all of them at once; URLs by service."""
    with ThreadPoolExecutor(max(1, len(urls))) as threads:
        return list(threads.map(_ask, urls, urls.values()))


def revisions(service: str) -> tuple[str, ...]:
    """Every migration that this code has for a service, the newest last.

    Read from the files: importing Alembic would take longer than everything else here.
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


def _ask(service: str, url: str) -> Database:
    address = urlsplit(url).netloc.rpartition("@")[2]
    try:
        connection = psycopg2.connect(
            url,
            connect_timeout=CONNECT_SECONDS,
            application_name="tessera doctor",
            options=f"-c statement_timeout={STATEMENT_MS} -c default_transaction_read_only=on",
        )
    except psycopg2.OperationalError as error:
        said = str(error).strip()
        return Database(service, address, _trouble(said), said)
    try:
        with connection.cursor() as statements:
            return _look(service, address, statements)
    except psycopg2.Error as error:
        return Database(service, address, "other", str(error).strip())
    finally:
        connection.close()


def _look(service: str, address: str, statements: cursor) -> Database:
    asked = time.time()
    statements.execute(
        "SELECT extract(epoch FROM clock_timestamp()), current_setting('max_connections')::int,"
        " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),"
        " to_regclass('alembic_version') IS NOT NULL, to_regclass('outbox') IS NOT NULL"
    )
    now, limit, connections, has_versions, has_outbox = _row(statements)
    ahead = float(now) - (asked + time.time()) / 2
    revision, waiting, oldest = None, 0, 0.0
    if has_versions:
        statements.execute("SELECT max(version_num) FROM alembic_version")
        (revision,) = _row(statements)
    if has_outbox:
        statements.execute(
            "SELECT count(*), coalesce(extract(epoch FROM now() - min(created_at)), 0)"
            " FROM (SELECT created_at FROM outbox ORDER BY id LIMIT 10000) AS waiting"
        )
        waiting, oldest = _row(statements)
    return Database(
        service,
        address,
        None,
        "",
        revision=revision,
        known=revisions(service),
        outbox_waiting=waiting,
        outbox_oldest=float(oldest),
        connections=connections,
        max_connections=limit,
        ahead=ahead,
    )


def _trouble(said: str) -> DatabaseTrouble:
    return next((trouble for words, trouble in _TROUBLES if words in said), "other")


def _row(statements: cursor) -> tuple[Any, ...]:
    row = statements.fetchone()
    assert row is not None
    return row
