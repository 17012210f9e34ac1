"""The file of a backup: its name, its contents, and which files are kept."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from deploy.stack.errors import DeployError
from deploy.stack.state_dir import StateDir

PATTERN = "tessera-*.tar"
MANIFEST = "manifest.json"
IN_FLIGHT = "in-flight.jsonl"
AUTH_SECRET = "auth_secret"  # noqa: S105 - the name of its file
SECRET_BEFORE = "auth_secret_before_restore"  # noqa: S105 - the name of its file

FAILED, VERIFIED = "no backup: ", " can be restored"
"""What the schedule prints before the reason of a failed attempt, and after the name of a good file."""

RETRY_SECONDS = 30.0
"""The pause after a failed attempt of the schedule."""

Sums = Mapping[str, tuple[int, str]]
"""By table: the number of rows, and a checksum that does not depend on their order."""


@dataclass(frozen=True)
class Manifest:
    """What the databases held at the moment of the backup.

    `missing` names queues with messages that the backup may not have received; empty when there are none.
    """

    taken_at: str
    sums: Mapping[str, Sums]
    in_flight: int
    missing: str


def name_backup(at: datetime) -> str:
    """Name the file of a backup taken at that time; names sort by time."""
    return f"tessera-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar"


def taken_at(file: Path) -> datetime:
    """Read from its name when that backup was taken."""
    return datetime.strptime(file.name, "tessera-%Y%m%dT%H%M%SZ.tar").replace(tzinfo=UTC)


def dump_of(service: str) -> str:
    """Name the dump of a service's database inside the file; it is in PostgreSQL's custom format."""
    return f"{service}.dump"


def pack(parts: Path, manifest: Manifest, file: Path) -> None:
    """Write the parts in the folder to the file, which appears whole or not at all."""
    (parts / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1))
    draft = file.with_suffix(".draft")
    with tarfile.open(draft, "w") as archive:
        for part in sorted(parts.iterdir()):
            archive.add(part, part.name)
    draft.replace(file)


def unpack(file: Path, parts: Path) -> Manifest:
    """Extract the file into the folder and return its manifest. Raises DeployError when it is no backup."""
    try:
        with tarfile.open(file) as archive:
            archive.extractall(parts, filter="data")
        fields = json.loads((parts / MANIFEST).read_text())
    except (OSError, tarfile.TarError, ValueError) as error:
        raise DeployError(f"{file} is not a readable backup: {error}") from error
    fields["sums"] = {
        service: {table: (count, checksum) for table, (count, checksum) in tables.items()}
        for service, tables in fields["sums"].items()
    }
    return Manifest(**fields)


def list_backups(folder: Path) -> list[Path]:
    """List the backups in the folder, the newest last."""
    return sorted(folder.glob(PATTERN))


def remove_old(folder: Path, keep: int) -> None:
    """Remove all but the newest `keep` backups."""
    for file in list_backups(folder)[:-keep]:
        file.unlink()


def take_secret(var: StateDir, file: Path) -> None:
    """Use the secret that opens the signing keys in that backup; the current one is kept.

    Raises DeployError when the file is no backup.
    """
    try:
        with tarfile.open(file) as archive:
            member = archive.extractfile(AUTH_SECRET)
            assert member
            secret = member.read().decode()
    except (OSError, tarfile.TarError, KeyError) as error:
        raise DeployError(f"{file} is not a readable backup: {error}") from error
    var.write_secret(SECRET_BEFORE, var.secret(AUTH_SECRET))
    var.write_secret(AUTH_SECRET, secret)


def swap_secrets(var: StateDir) -> None:
    """Return to the secret before the last restore."""
    current, before = var.secret(AUTH_SECRET), var.secret(SECRET_BEFORE)
    var.write_secret(SECRET_BEFORE, current)
    var.write_secret(AUTH_SECRET, before)
