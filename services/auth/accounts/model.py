"""What an account is; standard library only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """Whether an account can be used."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Account:
    """An account as stored, without its password."""

    id: int
    username: str
    email: str
    email_verified: bool
    roles: tuple[str, ...]
    status: Status
    created_at: datetime
    version: int = 0


@dataclass(frozen=True, slots=True)
class LockedAccount:
    """An account whose row this transaction has locked, with the columns that only a change needs."""

    account: Account
    password_hash: str = field(repr=False)
    suspension_reason: str | None
    suspended_until: datetime | None
