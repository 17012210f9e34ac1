"""Take backups at an interval, and keep them off the machine if there is a bucket.

`/ready` is 503 after a failed attempt, `/metrics` has the ages.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from deploy.backup.archive import FAILED, RETRY_SECONDS, VERIFIED, list_backups, taken_at
from deploy.backup.offsite import Offsite
from deploy.backup.source import Source
from deploy.backup.verify import take_verified

KEEP = 7
HOURS = 24.0

AGE = Gauge("backup_age_seconds", "Age of the newest verified backup; -1 when there is none.")
INTERVAL = Gauge("backup_interval_seconds", "How often a backup is to be taken.")
SIZE = Gauge("backup_bytes", "Size of that backup.")
OFFSITE_AGE = Gauge("backup_offsite_age_seconds", "Age of the newest in a bucket; -1: none, NaN: no bucket.")


class Schedule:
    """A backup every BACKUP_HOURS hours, of which the newest BACKUP_KEEP stay.

    `fault` is why the last attempt failed, or empty.
    """

    def __init__(
        self, source: Source, folder: Path, environ: Mapping[str, str], offsite: Offsite | None
    ) -> None:
        self.fault = ""
        self._offsite = offsite
        self._offsite_newest: datetime | None = None
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
            try:
                if self.age is None or self.age >= self._interval:
                    await take_verified(self._source, self._folder, self._keep, _report)
                if self._offsite:
                    await asyncio.to_thread(self._store_newest, self._offsite)
            except Exception as error:
                self.fault = str(error)
                _report(f"{FAILED}{error}")
                await asyncio.sleep(RETRY_SECONDS)
            else:
                self._forget_fault()
                due = self._interval - (self.age or timedelta())
                await asyncio.sleep(max(0.0, due.total_seconds()))

    def _store_newest(self, offsite: Offsite) -> None:
        """Upload the newest backup unless it is there, one that an operator took or that failed included."""
        newest = list_backups(self._folder)[-1]
        if newest.name not in offsite.list():
            offsite.store(newest, _report)
        self._offsite_newest = taken_at(newest)

    def _forget_fault(self) -> None:
        """Tell the doctor that the newest backup is good: it was verified before it had its name."""
        if self.fault:
            self.fault = ""
            _report(f"{list_backups(self._folder)[-1].name}{VERIFIED}")

    def measure(self) -> None:
        """Update the metrics."""
        AGE.set(-1 if self.age is None else self.age.total_seconds())
        INTERVAL.set(self._interval.total_seconds())
        if self._offsite is None:
            OFFSITE_AGE.set(float("nan"))
        else:
            newest = self._offsite_newest
            OFFSITE_AGE.set((datetime.now(UTC) - newest).total_seconds() if newest else -1)
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
