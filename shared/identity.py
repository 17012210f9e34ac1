"""The identity of a caller: plain values, which pure rules may read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Site roles; every account is also an artist."""

    MODERATOR = "moderator"
    ADMIN = "admin"


_MODERATING = frozenset({Role.MODERATOR.value, Role.ADMIN.value})  # an enum's hash costs, and roles are text


@dataclass(frozen=True, slots=True)
class Identity:
    """A verified caller."""

    account_id: int
    username: str
    roles: frozenset[str]
    session_id: str
    expires_at: int
    issued_at: float = 0.0

    @property
    def is_moderator(self) -> bool:
        """Whether the caller moderates the site; admins do."""
        return not _MODERATING.isdisjoint(self.roles)

    @property
    def is_admin(self) -> bool:
        """Whether the caller administers the site."""
        return Role.ADMIN in self.roles


def account_id_of(caller: Identity | None) -> int | None:
    """Return the caller's account id, or None for a guest."""
    return None if caller is None else caller.account_id
