"""What an artist is, and who acts; standard library only."""

from __future__ import annotations

from dataclasses import dataclass

DELETED_USERNAME = "_deleted"
DELETED_DISPLAY_NAME = "deleted artist"
"""How an artist is shown whose account was deleted; no account can have this username."""


@dataclass(frozen=True, slots=True)
class Artist:
    """An account as others see it."""

    id: int
    username: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Actor:
    """The account that makes a request, as the rules of every feature see it."""

    id: int
    is_moderator: bool
