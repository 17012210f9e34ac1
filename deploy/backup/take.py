"""Take a backup: three snapshots of one moment, dumped while the stack keeps running.

Separate databases share no moment: an event that one has sent may not have reached the other yet. So the
three outboxes are locked together for the few milliseconds in which the snapshots are taken: meanwhile no
change with an event is committed, and nothing leaves an outbox. Every event is therefore in an outbox of the
backup, or it was published; then its effect is in the backup, or the tap has it (tap.py). Both are published
again after a restore, and an inbox drops what it already has.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from psycopg2 import OperationalError, sql
from psycopg2.extensions import connection

from deploy.backup.archive import AUTH_SECRET, IN_FLIGHT, Manifest, Sums, dump_of, name_backup, pack
from deploy.backup.source import Source
from deploy.backup.tap import Tap, open_tap
from deploy.stack.errors import DeployError
from deploy.stack.load import Report
from deploy.stack.parts.postgres import find_programs
from deploy.stack.programs import SERVICES

LOCK_SECONDS = 2
"""Longest wait for the lock of an outbox; writers queue behind it."""


async def take(source: Source, folder: Path, report: Report) -> Path:
    """Take a backup into the folder and return its file. Raises DeployError."""
    with (
        tempfile.TemporaryDirectory(prefix="taking-", dir=folder) as scratch,
        ExitStack() as open_until_dumped,
    ):
        parts = Path(scratch)
        reading = {
            service: open_until_dumped.enter_context(closing(source.connect(service))) for service in SERVICES
        }
        at = datetime.now(UTC)
        async with open_tap(source.broker_url) as tap:
            messages = await tap.drain() if tap else []
            snapshots, last_messages, waited = await _snapshot_all(source, reading, tap)
            messages += last_messages
            missing = tap.missing if tap else "the broker was away"
        report(f"snapshots are taken; writers waited {1000 * waited:.0f} ms")
        (parts / IN_FLIGHT).write_bytes(b"".join(body + b"\n" for body in messages))
        shutil.copyfile(source.secrets / "auth_secret", parts / AUTH_SECRET)
        dumps = [
            asyncio.to_thread(
                _dump, source.database_url(service), snapshots[service], parts / dump_of(service)
            )
            for service in SERVICES
        ]
        counting = [asyncio.to_thread(sum_tables, reading[service]) for service in SERVICES]
        sums, _ = await asyncio.gather(asyncio.gather(*counting), asyncio.gather(*dumps))
        file = folder / name_backup(at)
        pack(
            parts,
            Manifest(at.isoformat(), dict(zip(SERVICES, sums, strict=True)), len(messages), missing),
            file,
        )
    report(
        f"{file} ({file.stat().st_size / 1e6:.1f} MB)" + (f"; possibly missing: {missing}" if missing else "")
    )
    return file


def sum_tables(reading: connection) -> Sums:
    """Count and checksum every table of the database."""
    found: dict[str, tuple[int, str]] = {}
    with reading.cursor() as statements:
        statements.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        for (table,) in statements.fetchall():
            # A sum of hashes: no sorting, and duplicate rows do not cancel each other out.
            statements.execute(
                sql.SQL(
                    "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM {} AS t"
                ).format(sql.Identifier(table))
            )
            count, checksum = statements.fetchone() or (0, "")
            found[table] = (count, checksum)
    return found


async def _snapshot_all(
    source: Source, reading: Mapping[str, connection], tap: Tap | None
) -> tuple[dict[str, str], list[bytes], float]:
    """Take the snapshots of one moment.

    Returns each database's snapshot, the messages since the tap was last drained, and for how many seconds
    writers waited.
    """
    with ExitStack() as open_while_locked:
        holders = [open_while_locked.enter_context(closing(source.connect(service))) for service in SERVICES]
        began = time.monotonic()
        for holder in holders:
            _lock_outbox(holder)
        snapshots = {service: _export_snapshot(connected) for service, connected in reading.items()}
        messages = await tap.drain() if tap else []
    return snapshots, messages, time.monotonic() - began


def _lock_outbox(holder: connection) -> None:
    with holder.cursor() as statements:
        statements.execute("SELECT set_config('lock_timeout', %s, true)", (f"{LOCK_SECONDS}s",))
        try:
            statements.execute("LOCK TABLE outbox IN SHARE MODE")
        except OperationalError as error:
            raise DeployError(f"a long transaction holds an outbox; try again: {error}") from error


def _export_snapshot(reading: connection) -> str:
    reading.set_session(isolation_level="REPEATABLE READ", readonly=True)
    with reading.cursor() as statements:
        statements.execute("SELECT pg_export_snapshot()")
        (name,) = statements.fetchone() or ("",)
    return str(name)


def _dump(url: str, snapshot: str, file: Path) -> None:
    run_program(
        "pg_dump", "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={file}", url=url
    )


def run_program(name: str, *arguments: str, url: str) -> None:
    """Run a program of PostgreSQL on the database at that URL. Raises DeployError with its output."""
    parts = urlsplit(url)
    server, _, path = url.rpartition("@")[2].partition("/")
    done = subprocess.run(  # noqa: S603 - the arguments are ours, no shell
        [str(find_programs() / name), *arguments, f"--dbname=postgresql://{parts.username}@{server}/{path}"],
        # Not in the URL, because every user of the machine may read command lines.
        env={"LC_ALL": "C", "PGPASSWORD": unquote(parts.password or "")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DeployError(f"{name} failed:\n{done.stderr.strip()[-1500:]}")
