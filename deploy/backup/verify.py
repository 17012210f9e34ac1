"""Verify a backup by restoring it into a PostgreSQL of its own, which is deleted afterwards."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from deploy.backup.archive import VERIFIED, remove_old, unpack
from deploy.backup.restore import load
from deploy.backup.source import Source
from deploy.backup.take import take
from deploy.stack.errors import DeployError
from deploy.stack.load import Report
from deploy.stack.parts.postgres import Postgres, find_unused_port
from deploy.stack.programs import SERVICES
from deploy.stack.state_dir import StateDir


async def take_verified(source: Source, folder: Path, keep: int, report: Report) -> Path:
    """Take a backup into the folder, where the newest `keep` stay once it is verified, and return its file.

    Raises DeployError.
    """
    file = await take(source, folder, report)
    try:
        await verify(file, folder, report)
    except DeployError:
        file.rename(file.with_suffix(".broken"))  # kept for inspection; does not count as a backup
        raise
    remove_old(folder, keep)
    return file


async def verify(file: Path, folder: Path, report: Report) -> None:
    """Restore the file into a server in a scratch folder of `folder`, and compare every table.

    Raises DeployError when one differs.
    """
    with tempfile.TemporaryDirectory(prefix="verifying-", dir=folder) as scratch:
        parts = Path(scratch) / "parts"
        parts.mkdir()
        manifest = unpack(file, parts)
        server = Postgres(StateDir(Path(scratch) / "var"), find_unused_port(), SERVICES, durable=False)
        try:
            await server.start()
            urls = {service: server.url(service) for service in SERVICES}
            await asyncio.to_thread(load, parts, manifest, urls, report)
        finally:
            await server.stop()
    report(f"{file.name}{VERIFIED}")
