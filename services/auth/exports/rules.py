"""What an export is, and how long it is kept; standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.errors import Conflict, NotFound

LIFETIME = timedelta(days=1)
"""How long an export can be downloaded, and how long the services may take to gather one."""

EXPORTS_PER_DAY = 3
"""Per account: each is a copy of all its data."""

SERVICES = 3
"""How many services send parts: auth, users and tiles."""


@dataclass(frozen=True, slots=True)
class Export:
    """An export of an account's data; `completed_at` is None while parts are missing."""

    id: int
    requested_at: datetime
    completed_at: datetime | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of a file; parts of one file follow each other."""

    service: str
    number: int
    file: str
    lines: str


def check_may_request(current: Export | None) -> None:
    """Refuse to gather two exports of an account at once; raises Conflict `export_pending`."""
    if current is not None and current.completed_at is None:
        raise Conflict("export_pending", "An export of this account is being gathered already.")


def export_not_found() -> NotFound:
    """Return the refusal of an export that does not exist, is another account's, or has expired."""
    return NotFound("export_not_found", "No such export, or no longer.")
