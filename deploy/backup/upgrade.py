"""Move the data of `tessera run` to other versions of PostgreSQL and RabbitMQ than those that wrote it.

PostgreSQL reads only data of its own major version. So by dump and restore: the old programs serve the data
to a dump, the new ones are filled beside it, every table is compared, and only then the folders are swapped.
Until then nothing has changed, so a run that was interrupted is repeated; one that was interrupted between
the two renames is finished. The old data stays.

RabbitMQ skips no version. Its node is set aside and begins empty: what is to be delivered is in the outboxes
until the broker has it, and what was on its way is restated by `tessera repair data`, except mail.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from contextlib import closing
from pathlib import Path

from deploy.backup.archive import IN_FLIGHT, Manifest, dump_of
from deploy.backup.restore import load
from deploy.backup.source import connect
from deploy.backup.take import run_program, sum_tables
from deploy.stack.command_line import command_line
from deploy.stack.errors import DeployError
from deploy.stack.load import Report
from deploy.stack.parts.postgres import DATA, Postgres, find_programs, find_unused_port, read_major
from deploy.stack.parts.rabbitmq import VERSION, find_unreadable
from deploy.stack.programs import SERVICES
from deploy.stack.state_dir import StateDir

UPGRADED = "postgres.upgraded"
BROKER_DATA = "rabbitmq"
PROGRAMS = "/usr/lib/postgresql/{major}/bin"
"""Where Debian's packages have the programs of a version."""


async def upgrade(var: StateDir, programs: Path | None, report: Report) -> None:
    """Upgrade the data in the state folder, in which nothing may run; `programs`: those of the old version.

    Raises DeployError; the data is then unchanged.
    """
    data, upgraded = var.root / DATA, var.root / UPGRADED
    new = read_major(find_programs())
    if not data.exists() and upgraded.exists():
        upgraded.rename(data)
        report(f"the interrupted upgrade to PostgreSQL {new} is finished")
        return
    old = _read_data_major(data)
    if old == new:
        report(f"the data is that of PostgreSQL {new} already")
        return
    kept = var.root / f"{DATA}-{old}"
    if kept.exists():
        raise DeployError(f"{kept} is there from an earlier upgrade; move it away first")
    if upgraded.exists():
        report(f"an interrupted upgrade left {upgraded}, which is made again")
        shutil.rmtree(upgraded)
    await _fill(var, _find_old_programs(old, programs), report)
    data.rename(kept)
    upgraded.rename(data)
    report(f"upgraded from PostgreSQL {old} to {new}; remove {kept} once you are content")


def set_broker_aside(var: StateDir, report: Report) -> None:
    """Move the node's data away if the installed RabbitMQ cannot start with it; a start makes another."""
    data = var.root / BROKER_DATA
    if not (reason := find_unreadable(data)):
        return
    kept = var.root / f"{BROKER_DATA}-{(data / VERSION).read_text()}"
    if kept.exists():
        raise DeployError(f"{kept} is there from an earlier upgrade; move it away first")
    data.rename(kept)
    report(f"{reason}: it is kept as {kept}, and the next start begins with an empty broker")
    report(f"messages that were on their way are in neither: after the start, {command_line('repair data')}")


async def _fill(var: StateDir, programs: Path, report: Report) -> None:
    """Copy every database from the old server to a new one, and compare them."""
    before = Postgres(var, find_unused_port(), SERVICES, programs=programs)
    after = Postgres(var, find_unused_port(), SERVICES, name=UPGRADED)
    with tempfile.TemporaryDirectory(prefix="upgrading-", dir=var.root) as scratch:
        parts = Path(scratch)
        try:
            await before.start(report)
            await after.start(report)
            await asyncio.to_thread(_copy, before, after, parts, report)
        finally:
            await after.stop()
            await before.stop()


def _copy(before: Postgres, after: Postgres, parts: Path, report: Report) -> None:
    sums = {}
    for service in SERVICES:
        url = before.url(service)
        run_program("pg_dump", "--format=custom", "--no-owner", f"--file={parts / dump_of(service)}", url=url)
        with closing(connect(url)) as reading:
            sums[service] = sum_tables(reading)
    (parts / IN_FLIGHT).touch()  # messages stay in RabbitMQ, which is not replaced
    load(parts, Manifest("", sums, 0, ""), {service: after.url(service) for service in SERVICES}, report)


def _read_data_major(data: Path) -> str:
    try:
        return (data / "PG_VERSION").read_text().strip()
    except OSError as error:
        raise DeployError(f"there is no data to upgrade: {error}") from error


def _find_old_programs(major: str, given: Path | None) -> Path:
    folder = given or Path(PROGRAMS.format(major=major))
    if not (folder / "postgres").exists():
        raise DeployError(
            f"{folder} has no programs of PostgreSQL {major}, which read the data: "
            f"install postgresql-{major}, or name their folder with --programs"
        )
    if (found := read_major(folder)) != major:
        raise DeployError(f"{folder} has PostgreSQL {found}; the data is of {major}")
    return folder
