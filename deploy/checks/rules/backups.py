"""Backups."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from deploy.backup.archive import RETRY_SECONDS
from deploy.checks.facts.backups import Backups
from deploy.checks.facts.run import Run
from deploy.checks.findings import Cause, Facts, Severity, check


@check(
    "backup-failed",
    "backup",
    Severity.WARNING,
    holds="the last attempt of the schedule to take a backup succeeded",
    follows=("container-*", "database-*", "disk-full"),
)
def backup_failed(facts: Facts) -> Iterator[Cause]:
    """If the data are lost now, everything since the newest backup is lost for good."""
    if failure := facts[Backups].failure:
        yield Cause(
            f"the schedule could not take a backup: {failure}; it tries again every "
            f"{RETRY_SECONDS:g} s until one succeeds",
            facts[Run].backup,
        )


@check(
    "backup-old",
    "backup",
    Severity.WARNING,
    holds="the newest backup is younger than twice the interval, if there is one or a schedule is set",
    follows=("backup-failed", "container-*", "database-*", "disk-full"),
)
def backup_old(facts: Facts) -> Iterator[Cause]:
    """If the data are lost now, everything since the newest backup is lost for good."""
    backups, now = facts[Backups], datetime.now(UTC)
    since = backups.newest or backups.expected_since
    if since and now - since > 2 * backups.interval:
        what = "the newest backup was taken" if backups.newest else "no backup was taken since the set-up"
        yield Cause(
            f"{what} on {since:%Y-%m-%d %H:%M} UTC, although one is due every "
            f"{backups.interval.total_seconds() / 3600:g} hours",
            facts[Run].backup,
        )
