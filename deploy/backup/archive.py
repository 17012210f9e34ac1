"""The file of a backup: its name, what is in it, and which files are kept."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from deploy.stack.errors import DeployError

PATTERN = "tessera-*.tar"
MANIFEST = "manifest.json"
IN_FLIGHT = "in-flight.jsonl"
AUTH_SECRET = "auth_secret"  # noqa: S105 - the name of its file

Sums = Mapping[str, tuple[int, str]]
"""By table: how many rows, and a checksum that their order does not change."""


@dataclass(frozen=True)
class Manifest:
    """What the databases held at the moment of the backup.

    `missing` says what could have been in the broker and was not seen; empty when nothing could.
    """

    taken_at: str
    sums: Mapping[str, Sums]
    in_flight: int
    missing: str


def new_name(at: datetime) -> str:
    """The file's name: sorted by name they are sorted by time."""
    return f"tessera-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar"


def taken_at(file: Path) -> datetime:
    """When that backup was taken, by its name."""
    return datetime.strptime(file.name, "tessera-%Y%m%dT%H%M%SZ.tar").replace(tzinfo=UTC)


def dump_of(service: str) -> str:
    """The name in the file of a database's dump, in PostgreSQL's custom format."""
    return f"{service}.dump"


def pack(parts: Path, manifest: Manifest, file: Path) -> None:
    """Make the file of what is in the folder; it appears whole or not at all."""
    (parts / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1))
    draft = file.with_suffix(".draft")
    with tarfile.open(draft, "w") as archive:
        for part in sorted(parts.iterdir()):
            archive.add(part, part.name)
    draft.replace(file)


def unpack(file: Path, parts: Path) -> Manifest:
    """Put what is in the file into the folder. Raises DeployError when it is no backup."""
    try:
        with tarfile.open(file) as archive:
            archive.extractall(parts, filter="data")
        fields = json.loads((parts / MANIFEST).read_text())
    except (OSError, tarfile.TarError, ValueError) as error:
        raise DeployError(f"{file} is no backup that can be read: {error}") from error
    fields["sums"] = {
        service: {table: (count, checksum) for table, (count, checksum) in tables.items()}
        for service, tables in fields["sums"].items()
    }
    return Manifest(**fields)


def backups(folder: Path) -> list[Path]:
    """The backups in the folder, the newest last."""
    return sorted(folder.glob(PATTERN))


def forget_old(folder: Path, keep: int) -> None:
    """Remove all but the newest so many."""
    for file in backups(folder)[:-keep]:
        file.unlink()
