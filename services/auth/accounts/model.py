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
class Suspension:
    """Why an account cannot be used, and until when; None if for good."""

    reason: str
    until: datetime | None


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
    suspension: Suspension | None = None
    password_expires_at: datetime | None = None
    """When a one-time password expires, by which its owner has to replace it; None for a chosen password."""


@dataclass(frozen=True, slots=True)
class LockedAccount:
    """An account whose row this transaction has locked, with its password hash."""

    account: Account
    password_hash: str = field(repr=False)
