"""What is found of backups, and what is read of them."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.backup.archive import name_backup, taken_at
from deploy.checks.facts.backups import Backups, read_backups
from deploy.stack.state_dir import StateDir
from tests.support.facts import codes

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("backups", "code"),
    [
        (Backups(None, DAY), None),
        (Backups(NOW - 1.9 * DAY, DAY), None),
        (Backups(NOW - 2.1 * DAY, DAY), "backup-old"),
        (Backups(NOW - 2.1 * DAY, 7 * DAY), None),
        (Backups(None, DAY, expected_since=NOW - DAY), None),
        (Backups(None, DAY, expected_since=NOW - 3 * DAY), "backup-old"),
    ],
)
def test_a_backup_older_than_twice_its_interval_is_found(backups: Backups, code: str | None) -> None:
    assert codes(backups) == ([code] if code else [])


@pytest.mark.parametrize("folder", ["backups", "backups/kept"], ids=["native", "docker"])
def test_the_newest_backup_counts_in_every_way_of_running(folder: str, tmp_path: Path) -> None:
    (tmp_path / folder).mkdir(parents=True)
    for days in (9, 3, 5):
        (tmp_path / folder / name_backup(NOW - days * DAY)).touch()
    (tmp_path / folder / "restore.tar").touch()
    backups = read_backups(StateDir(tmp_path), {}, "")
    assert backups == Backups(taken_at(Path(name_backup(NOW - 3 * DAY))), DAY)


def test_before_the_first_backup_one_is_expected_only_where_an_interval_is_set(tmp_path: Path) -> None:
    var = StateDir(tmp_path)
    secret = var.write_secret("auth_secret", "x")
    os.utime(secret, (1e9, 1e9))
    assert read_backups(var, {}, "") == Backups(None, DAY)
    scheduled = read_backups(var, {"TESSERA_BACKUP_HOURS": "12"}, "")
    assert scheduled == Backups(None, DAY / 2, expected_since=datetime.fromtimestamp(1e9, UTC))


@pytest.mark.parametrize(
    ("printed", "failure"),
    [
        ("no backup: disk full\n", "disk full"),
        ("no backup: disk full\ntessera-1.tar can be restored\n", ""),
        ("tessera-1.tar can be restored\nno backup: no space\n", "no space"),
        ("", ""),
    ],
)
def test_the_last_attempt_of_the_schedule_counts(printed: str, failure: str, tmp_path: Path) -> None:
    assert read_backups(StateDir(tmp_path), {}, printed).failure == failure


def test_a_schedule_that_fails_is_found_before_the_backup_is_old() -> None:
    assert codes(Backups(NOW, DAY, failure="disk full")) == ["backup-failed"]
