"""Backups of a stack, by the names of their files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from deploy.backup.archive import FAILED, PATTERN, VERIFIED, taken_at
from deploy.stack.state_dir import StateDir

HOURS = 24.0  # TESSERA_BACKUP_HOURS of production, if not set


@dataclass(frozen=True)
class Backups:
    """When the newest backup was taken, and how often one is to be.

    `expected_since`: when the stack was set up, if an interval is set and no backup was taken yet. `failure`:
    why the last attempt of the schedule failed; empty when it did not.
    """

    newest: datetime | None
    interval: timedelta
    expected_since: datetime | None = None
    failure: str = ""


def read_backups(var: StateDir, environ: Mapping[str, str], printed: str) -> Backups:
    """Read the folder that every way of running keeps its backups in, and what the schedule `printed`.

    Production takes them by schedule. Elsewhere an operator does (by cron, for example): there one is missed
    only after the first, or where TESSERA_BACKUP_HOURS sets an interval.
    """
    hours = environ.get("TESSERA_BACKUP_HOURS")
    files = sorted((var.root / "backups").rglob(PATTERN), key=lambda file: file.name)
    set_up = var.root / "secrets" / "auth_secret"
    return Backups(
        newest=taken_at(files[-1]) if files else None,
        interval=timedelta(hours=float(hours or HOURS)),
        expected_since=(
            datetime.fromtimestamp(set_up.stat().st_mtime, UTC)
            if hours and not files and set_up.exists()
            else None
        ),
        failure=_find_failure(printed),
    )


def _find_failure(printed: str) -> str:
    """Return why the last attempt failed, or nothing when a later one succeeded."""
    failure = ""
    for line in printed.splitlines():
        if line.startswith(FAILED):
            failure = line.removeprefix(FAILED)
        elif line.endswith(VERIFIED):
            failure = ""
    return failure
