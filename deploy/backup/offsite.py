"""Backups off the machine: encrypted, in a bucket of any S3-compatible server.

What goes there is encrypted with age (https://age-encryption.org) for a recipient. The identity that decrypts
it is needed for a restore only and is not on the machine: neither the bucket's operator nor an intruder there
can read older backups. A file can be decrypted without Tessera too: `age --decrypt --identity FILE`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import obstore
import pyrage
from obstore.exceptions import BaseError
from obstore.store import S3Store

from deploy.backup.archive import PATTERN
from deploy.stack.errors import DeployError
from deploy.stack.load import Report

KEEP = 30
REGION = "us-east-1"
SUFFIX = ".age"
LATEST = "latest"

PART_BYTES = 16 * 1024 * 1024
"""The part size of a multipart upload, which has at most 10,000 parts: enough for a backup of 160 GB."""

REQUEST_SECONDS = 300
"""For one part over a slow line: 16 MB at 0.5 Mbit/s."""


@dataclass(frozen=True)
class Offsite:
    """A folder of a bucket, and the recipient its files are encrypted for; the newest `keep` stay."""

    bucket: str
    recipient: str
    endpoint: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)
    keep: int = KEEP

    @classmethod
    def from_environ(
        cls, environ: Mapping[str, str], *, prefix: str = "BACKUP_", secret_key: str = ""
    ) -> Offsite | None:
        """Read BACKUP_BUCKET and so on; None without a bucket. Raises DeployError when one is missing."""
        given = {
            name: environ.get(f"{prefix}{name.upper()}", "")
            for name in (
                "bucket",
                "recipient",
                "endpoint",
                "region",
                "access_key",
                "secret_key",
                "keep_offsite",
            )
        }
        if not given["bucket"]:
            return None
        given["secret_key"] = given["secret_key"] or secret_key
        if missing := [name for name in ("recipient", "access_key", "secret_key") if not given[name]]:
            names = ", ".join(f"TESSERA_BACKUP_{name.upper()}" for name in missing)
            raise DeployError(f"backups are to be kept in {given['bucket']}; missing: {names}")
        keep = int(given.pop("keep_offsite") or KEEP)
        return cls(**{**given, "region": given["region"] or REGION}, keep=keep)

    def store(self, file: Path, report: Report) -> None:
        """Encrypt the file, upload it, and remove the oldest ones. Raises DeployError."""
        name = f"{file.name}{SUFFIX}"
        draft = file.with_name(f"{name}.draft")
        try:
            self._encrypt(file, draft)
            with self._open() as bucket:
                obstore.put(bucket, name, draft, chunk_size=PART_BYTES, max_concurrency=2)
                stored, size = obstore.head(bucket, name)["size"], draft.stat().st_size
                if stored != size:
                    raise DeployError(f"{name} has {stored} bytes in {self.bucket} instead of {size}")
                report(f"{name} is in {self.bucket} ({size / 1e6:.1f} MB)")
                for old in _list(bucket)[: -self.keep]:
                    obstore.delete(bucket, f"{old}{SUFFIX}")
        finally:
            draft.unlink(missing_ok=True)

    def list(self) -> list[str]:
        """List the names of the backups, without `.age`, the newest last. Raises DeployError."""
        with self._open() as bucket:
            return _list(bucket)

    def fetch(self, name: str, identity: str, folder: Path, report: Report) -> Path:
        """Download and decrypt one into the folder: by its name, or the `latest`. Raises DeployError."""
        with self._open() as bucket:
            kept = _list(bucket)
            chosen = kept[-1] if kept and name == LATEST else name.removesuffix(SUFFIX)
            if chosen not in kept:
                there = "\n  ".join(kept[-10:]) or "(none)"
                raise DeployError(f"{name} is not in {self.bucket}; the newest there:\n  {there}")
            secret = _read_identity(identity)
            encrypted, file = folder / f"{chosen}{SUFFIX}.draft", folder / chosen
            try:
                with encrypted.open("wb") as draft:
                    for part in obstore.get(bucket, f"{chosen}{SUFFIX}").stream(min_chunk_size=PART_BYTES):
                        draft.write(part)
                _decrypt(encrypted, file, secret)
            finally:
                encrypted.unlink(missing_ok=True)
        report(f"{chosen} was fetched from {self.bucket} and decrypted")
        return file

    def _encrypt(self, file: Path, encrypted: Path) -> None:
        try:
            recipient = pyrage.x25519.Recipient.from_str(self.recipient)
        except pyrage.RecipientError as error:
            raise DeployError(f"TESSERA_BACKUP_RECIPIENT is no age recipient: {error}") from error
        encrypted.touch(mode=0o600)
        pyrage.encrypt_file(str(file), str(encrypted), [recipient])

    @contextmanager
    def _open(self) -> Iterator[S3Store]:
        """Connect to the bucket's folder; its errors become DeployError."""
        name, _, folder = self.bucket.removeprefix("s3://").partition("/")
        try:
            yield S3Store(
                name,
                prefix=folder or None,
                endpoint=self.endpoint or f"https://s3.{self.region}.amazonaws.com",
                region=self.region,
                access_key_id=self.access_key,
                secret_access_key=self.secret_key,
                virtual_hosted_style_request=False,
                client_options={
                    "allow_http": self.endpoint.startswith("http:"),
                    "timeout": timedelta(seconds=REQUEST_SECONDS),
                },
                retry_config={"max_retries": 5, "retry_timeout": timedelta(seconds=REQUEST_SECONDS)},
            )
        except (BaseError, OSError) as error:
            reason = _first_line(str(error)).replace(self.secret_key, "***")
            raise DeployError(f"{self.bucket} at {self.endpoint or 'AWS'}: {reason}") from error


def make_identity() -> tuple[str, str]:
    """Make a pair of keys: the identity, to be kept elsewhere, and its recipient."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def _list(bucket: S3Store) -> list[str]:
    paths = [str(one["path"]) for page in obstore.list(bucket) for one in page]
    names = [Path(path).name.removesuffix(SUFFIX) for path in paths if path.endswith(SUFFIX)]
    return sorted(name for name in names if Path(name).match(PATTERN))


def _read_identity(text: str) -> pyrage.x25519.Identity:
    """Read a file of age: lines of comments, and one with the identity."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    try:
        (line,) = lines
        return pyrage.x25519.Identity.from_str(line)
    except (ValueError, pyrage.IdentityError):
        raise DeployError("this is no identity of age: a line that begins with AGE-SECRET-KEY-1") from None


def _decrypt(encrypted: Path, file: Path, identity: pyrage.x25519.Identity) -> None:
    file.touch(mode=0o600)
    try:
        pyrage.decrypt_file(str(encrypted), str(file), [identity])
    except (pyrage.DecryptError, OSError) as error:
        file.unlink()
        raise DeployError(
            f"{file.name} cannot be decrypted: {error}; the identity is another, or the file is damaged"
        ) from error


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "no reason given")
