"""Take backups at an interval; `/ready` is 503 after a failed attempt, `/metrics` has the age."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from deploy.backup.archive import list_backups, taken_at
from deploy.backup.source import Source
from deploy.backup.verify import take_verified

KEEP = 7
HOURS = 24.0
RETRY_SECONDS = 30.0

AGE = Gauge("backup_age_seconds", "Age of the newest verified backup; -1 when there is none.")
INTERVAL = Gauge("backup_interval_seconds", "How often a backup is to be taken.")
SIZE = Gauge("backup_bytes", "Size of that backup.")


class Schedule:
    """A backup every BACKUP_HOURS hours, of which the newest BACKUP_KEEP stay.

    `fault` is why the last attempt failed, or empty.
    """

    def __init__(self, source: Source, folder: Path, environ: Mapping[str, str]) -> None:
        self.fault = ""
        self._source = source
        self._folder = folder
        self._interval = timedelta(hours=float(environ.get("BACKUP_HOURS") or HOURS))
        self._keep = int(environ.get("BACKUP_KEEP") or KEEP)

    @property
    def age(self) -> timedelta | None:
        """The age of the newest backup; None when there is none."""
        kept = list_backups(self._folder)
        return datetime.now(UTC) - taken_at(kept[-1]) if kept else None

    async def run(self) -> None:
        """Take backups until cancelled."""
        while True:
            if self.age is not None and self.age < self._interval:
                await asyncio.sleep((self._interval - self.age).total_seconds())
            try:
                await take_verified(self._source, self._folder, self._keep, _report)
                self.fault = ""
            except Exception as error:
                self.fault = str(error)
                _report(f"no backup: {error}")
                await asyncio.sleep(RETRY_SECONDS)

    def measure(self) -> None:
        """Update the metrics."""
        AGE.set(-1 if self.age is None else self.age.total_seconds())
        INTERVAL.set(self._interval.total_seconds())
        SIZE.set(sum(file.stat().st_size for file in list_backups(self._folder)[-1:]))


def serve(schedule: Schedule) -> None:
    """Follow the schedule until SIGTERM, with /ready and /metrics on port 8000."""

    async def follow(_: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(schedule.run())
        yield
        task.cancel()

    async def ready(_: web.Request) -> web.Response:
        status = 503 if schedule.fault else 200
        return web.json_response({"status": schedule.fault or "no attempt failed"}, status=status)

    async def metrics(_: web.Request) -> web.Response:
        schedule.measure()
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.cleanup_ctx.append(follow)
    app.add_routes([web.get("/ready", ready), web.get("/metrics", metrics)])
    web.run_app(app, port=8000, access_log=None, print=None)


def _report(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
