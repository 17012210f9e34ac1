"""The identity of a caller: plain values, which pure rules may read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Site roles; every account is also an artist."""

    MODERATOR = "moderator"
    ADMIN = "admin"


class Scope(StrEnum):
    """What a token may be used for; that of a session is not limited."""

    READ = "read"
    PAINT = "paint"
    CHAT = "chat"
    MODERATE = "moderate"
    ACCOUNT = "account"


_MODERATING = frozenset({Role.MODERATOR.value, Role.ADMIN.value})  # an enum's hash costs, and roles are text


@dataclass(frozen=True, slots=True)
class Identity:
    """A verified caller; `scopes` are those of a limited token, None if everything is allowed."""

    account_id: int
    username: str
    roles: frozenset[str]
    session_id: str
    expires_at: int
    issued_at: float = 0.0
    scopes: frozenset[str] | None = None

    @property
    def is_moderator(self) -> bool:
        """Whether the caller moderates the site; admins do."""
        return not _MODERATING.isdisjoint(self.roles)

    @property
    def is_admin(self) -> bool:
        """Whether the caller administers the site."""
        return Role.ADMIN in self.roles

    def may(self, scope: Scope) -> bool:
        """Whether the token may be used for that; any token may read."""
        return self.scopes is None or scope is Scope.READ or scope in self.scopes


def account_id_of(caller: Identity | None) -> int | None:
    """Return the caller's account id, or None for a guest."""
    return None if caller is None else caller.account_id
