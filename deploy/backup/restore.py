"""Restore a backup: into databases beside the current ones, which are compared and only then exchanged.

The replaced data stays as `<service>_before_restore` until the next restore, and `undo` exchanges the two.
No service may be connected meanwhile; the caller has stopped them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import aio_pika
from aiormq.exceptions import AMQPError
from psycopg2 import Error, sql
from psycopg2.extensions import cursor

from deploy.backup.archive import IN_FLIGHT, Manifest, Sums, dump_of, unpack
from deploy.backup.source import Source, connect
from deploy.backup.take import run_program, sum_tables
from deploy.stack.errors import DeployError
from deploy.stack.load import Report
from deploy.stack.programs import SERVICES
from shared.messaging.connection import CONNECT_SECONDS, open_channel
from shared.messaging.envelope import Envelope
from shared.messaging.topology import QUEUES, dead_queue, declare

NEW, BEFORE = "restoring", "before_restore"


async def restore(source: Source, file: Path, folder: Path, report: Report) -> None:
    """Replace the current data by the backup, using `folder` as scratch space.

    Raises DeployError; the data is then unchanged, unless the error says otherwise.
    """
    with (
        tempfile.TemporaryDirectory(prefix="restoring-", dir=folder) as scratch,
        closing(source.administer()) as server,
        server.cursor() as statements,
    ):
        manifest = unpack(file, Path(scratch))
        _refuse_while_in_use(statements)
        for service in SERVICES:
            _drop(statements, f"{service}_{NEW}")
            _create(statements, service)
        urls = {service: source.database_url(service, f"{service}_{NEW}") for service in SERVICES}
        load(Path(scratch), manifest, urls, report)
        for service in SERVICES:
            _drop(statements, f"{service}_{BEFORE}")
        _swap(statements, NEW, report)
    await purge(source.broker_url)
    report("the queues are empty: their messages were about the replaced data")


async def undo(source: Source, report: Report) -> None:
    """Exchange the current data and that before the last restore.

    A second `undo` returns to the restored data. Raises DeployError as `restore` does.
    """
    with closing(source.administer()) as server, server.cursor() as statements:
        _refuse_while_in_use(statements)
        _swap(statements, BEFORE, report)
    await purge(source.broker_url)


def load(parts: Path, manifest: Manifest, urls: Mapping[str, str], report: Report) -> None:
    """Fill empty databases from an unpacked backup, and compare each table with the manifest.

    Raises DeployError naming the tables that differ.
    """
    for service in SERVICES:
        run_program(
            "pg_restore", "--no-owner", "--exit-on-error", str(parts / dump_of(service)), url=urls[service]
        )
        with closing(connect(urls[service])) as restored:
            differing = _differences(manifest.sums[service], sum_tables(restored))
        if differing:
            raise DeployError(
                f"{service} differs from the backed-up data in these tables: {', '.join(differing)}"
            )
        rows = sum(count for count, _ in manifest.sums[service].values())
        report(f"{service}: {len(manifest.sums[service])} tables with {rows} rows are identical")
    messages = [Envelope.decode(line) for line in (parts / IN_FLIGHT).read_bytes().splitlines()]
    for service in SERVICES:
        with closing(connect(urls[service])) as restored, restored, restored.cursor() as statements:
            _prepend_to_outbox(statements, [message for message in messages if message.producer == service])


async def purge(broker_url: str) -> None:
    """Empty every queue, dead letters included. Raises DeployError when the broker cannot be used."""
    try:
        async with await aio_pika.connect(broker_url, timeout=CONNECT_SECONDS) as connection:
            channel = await open_channel(connection)
            await declare(channel)
            for queue in QUEUES:
                await channel.queue_purge(queue)
                await channel.queue_purge(dead_queue(queue))
    except (AMQPError, OSError, TimeoutError) as error:
        raise DeployError(
            f"the databases are restored, but RabbitMQ cannot be used: {error}. Start it and repeat this; "
            "otherwise its old messages are applied to the restored data"
        ) from error


def _prepend_to_outbox(statements: cursor, messages: list[Envelope]) -> None:
    """Insert them before the rows of the outbox, because they are older."""
    statements.execute("SELECT coalesce(least(min(id), 0), 0) FROM outbox")
    (first,) = statements.fetchone() or (0,)
    for place, message in enumerate(messages, start=first - len(messages)):
        statements.execute(
            "INSERT INTO outbox (id, message_id, routing_key, payload) OVERRIDING SYSTEM VALUE"
            " SELECT %s, %s, %s, %s"
            " WHERE NOT EXISTS (SELECT FROM outbox WHERE message_id = %s)",
            (place, str(message.id), message.routing_key, message.encode(), str(message.id)),
        )


def _differences(expected: Sums, found: Sums) -> list[str]:
    return sorted(
        table for table in expected.keys() | found.keys() if expected.get(table) != found.get(table)
    )


def _refuse_while_in_use(statements: cursor) -> None:
    statements.execute(
        "SELECT datname, count(*) FROM pg_stat_activity WHERE datname = ANY(%s) GROUP BY 1", (list(SERVICES),)
    )
    if used := [f"{database} ({count})" for database, count in statements.fetchall()]:
        raise DeployError(f"stop the services first; sessions are open in {', '.join(used)}")


def _create(statements: cursor, service: str) -> None:
    name = sql.Identifier(f"{service}_{NEW}")
    statements.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, sql.Identifier(service)))
    statements.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))


def _drop(statements: cursor, name: str) -> None:
    statements.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def _swap(statements: cursor, other: str, report: Report) -> None:
    """Exchange the databases in use with `<service>_<other>`, in one transaction for all of them."""
    statements.execute("BEGIN")
    try:
        for service in SERVICES:
            for old, new in (
                (service, "leaving"),
                (f"{service}_{other}", service),
                ("leaving", f"{service}_{BEFORE}"),
            ):
                statements.execute(
                    sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new))
                )
    except Error as error:
        statements.execute("ROLLBACK")
        raise DeployError(f"the databases are unchanged: {error}") from error
    statements.execute("COMMIT")
    report(f"restored; the replaced databases are kept as {_names(BEFORE)}")


def _names(suffix: str) -> str:
    return ", ".join(f"{service}_{suffix}" for service in SERVICES)
