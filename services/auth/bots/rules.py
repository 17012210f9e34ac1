"""What tokens of bots are, and what they may be used for; standard library only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.auth.tokens.opaque import make_opaque_token
from shared.errors import Invalid, NotAllowed, NotAuthenticated
from shared.identity import Role, Scope

PREFIX = "tsr_"
"""Lets people, and scanners of public repositories, recognise a token."""

GRANT_TYPE = "urn:tessera:token"
NAME_MAX = 100
TOKENS_MAX = 50
"""Tokens of one account."""

ENDLESS = timedelta(days=36_500)
"""Lifetime of a token without an end."""


class BotScope(StrEnum):
    """What a bot may be allowed to do."""

    READ = Scope.READ.value
    PAINT = Scope.PAINT.value
    CHAT = Scope.CHAT.value
    MODERATE = Scope.MODERATE.value


@dataclass(frozen=True, slots=True)
class BotToken:
    """A token in its owner's list; `id` is that of its session."""

    id: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


def make_bot_token() -> str:
    """Make a token of 256 random bits."""
    return PREFIX + make_opaque_token()


def check_scopes(scopes: Collection[str], roles: Collection[str]) -> None:
    """Refuse to moderate by a token of an account that may not moderate; raises NotAllowed `not_allowed`."""
    if BotScope.MODERATE in scopes and not roles:
        raise NotAllowed("not_allowed", "Only moderators can make a token that moderates.")


def check_expiry(expires_at: datetime | None, now: datetime) -> None:
    """Refuse a token that would have expired; raises Invalid."""
    if expires_at is not None and not now < expires_at <= now + ENDLESS:
        raise Invalid.field(
            "body", "expires_at", msg="must be in the future, within 100 years", rule="in_past"
        )


def roles_for(scopes: Collection[str], roles: Collection[str]) -> tuple[str, ...]:
    """Return the roles of a bot's access token: at most that of a moderator, and only to moderate."""
    return (Role.MODERATOR.value,) if roles and BotScope.MODERATE in scopes else ()


def scopes_for(scopes: Collection[str], limits: frozenset[str] | None) -> frozenset[str]:
    """Return what a bot's access token may be used for, where its account itself may be limited."""
    allowed = frozenset(scopes) | {Scope.READ.value}
    return allowed if limits is None else allowed & limits


def invalid_token() -> NotAuthenticated:
    """Return the refusal of a token that is unknown, expired or revoked, without saying which."""
    return NotAuthenticated("token_invalid", "The token is not valid, or no longer valid.")
