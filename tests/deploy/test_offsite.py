"""Backups in a bucket: encrypted, bounded in number, and readable with the identity alone."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.backup import schedule
from deploy.backup.archive import name_backup
from deploy.backup.offsite import LATEST, Offsite, make_identity
from deploy.backup.schedule import Schedule
from deploy.backup.source import Source
from deploy.stack.errors import DeployError
from tests.support.s3 import Bucket
from tests.support.waiting import poll_until

IDENTITY, RECIPIENT = make_identity()
CONTENT = b"a hash of a password" * 100_000
NOW = datetime.now(UTC)


def offsite_of(bucket: Bucket) -> Offsite:
    found = Offsite.from_environ(bucket.settings(RECIPIENT), prefix="TESSERA_BACKUP_")
    assert found
    return found


def silent(_: str) -> None:
    return


@pytest.fixture
def offsite(bucket: Bucket) -> Offsite:
    return offsite_of(bucket)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / name_backup(NOW)
    made.write_bytes(CONTENT)
    return made


def test_a_backup_comes_back_from_the_bucket_as_it_was(offsite: Offsite, file: Path) -> None:
    offsite.store(file, silent)
    file.rename(file.with_suffix(".original"))
    fetched = offsite.fetch(LATEST, f"# a comment\n{IDENTITY}\n", file.parent, silent)
    assert (fetched, fetched.read_bytes()) == (file, CONTENT)


def test_what_is_in_the_bucket_is_encrypted(offsite: Offsite, bucket: Bucket, file: Path) -> None:
    offsite.store(file, silent)
    stored = bucket.read(f"tessera/{file.name}.age")
    assert stored.startswith(b"age-encryption.org/v1\n")
    assert CONTENT[:20] not in stored


def test_an_upload_leaves_nothing_beside_the_backup(offsite: Offsite, file: Path) -> None:
    offsite.store(file, silent)
    assert list(file.parent.iterdir()) == [file]


def test_only_the_newest_stay_in_the_bucket(offsite: Offsite, bucket: Bucket, tmp_path: Path) -> None:
    bucket.write("tessera/notes.txt", b"kept")
    files = [tmp_path / name_backup(NOW + timedelta(days=day)) for day in range(4)]
    for one in files:
        one.write_bytes(b"x")
        replace(offsite, keep=2).store(one, silent)
    assert offsite.list() == [one.name for one in files[2:]]
    assert bucket.read("tessera/notes.txt") == b"kept"


def test_another_identity_opens_nothing(offsite: Offsite, file: Path, tmp_path: Path) -> None:
    offsite.store(file, silent)
    (tmp_path / "in").mkdir()
    with pytest.raises(DeployError, match="cannot be decrypted"):
        offsite.fetch(LATEST, make_identity()[0], tmp_path / "in", silent)
    assert list((tmp_path / "in").iterdir()) == []


def test_a_damaged_backup_is_refused(offsite: Offsite, bucket: Bucket, file: Path) -> None:
    offsite.store(file, silent)
    key = f"tessera/{file.name}.age"
    bucket.write(key, bucket.read(key)[:-70_000])
    with pytest.raises(DeployError, match="cannot be decrypted"):
        offsite.fetch(LATEST, IDENTITY, file.parent, silent)


def test_a_name_that_is_not_there_lists_what_is(offsite: Offsite, file: Path) -> None:
    offsite.store(file, silent)
    with pytest.raises(
        DeployError, match=re.escape(f"nope is not in {offsite.bucket}; the newest there:\n  {file.name}")
    ):
        offsite.fetch("nope", IDENTITY, file.parent, silent)


@pytest.mark.parametrize("endpoint", ["", "http://127.0.0.1:1"], ids=["no such bucket", "no server"])
def test_a_failed_upload_says_why_and_no_secret(
    endpoint: str, s3: str, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bucket = Bucket(endpoint or s3)
    with pytest.raises(DeployError, match=rf"^s3://{bucket.name}/tessera at {bucket.endpoint}: ") as raised:
        offsite_of(bucket).store(file, silent)
    assert bucket.secret_key not in f"{raised.value}{offsite_of(bucket)}{caplog.text}"


async def test_the_schedule_repeats_a_failed_upload_without_another_backup(
    s3: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "RETRY_SECONDS", 0.1)
    bucket = Bucket(s3)
    follows = Schedule(Source(file.parent), file.parent, {}, offsite_of(bucket))
    following = asyncio.create_task(follows.run())

    async def fault() -> bool:
        return bool(follows.fault)

    assert await poll_until(fault, True)
    await asyncio.to_thread(bucket.make)
    assert await poll_until(fault, False) is False
    following.cancel()
    assert offsite_of(bucket).list() == [file.name]
    assert list(file.parent.iterdir()) == [file]
