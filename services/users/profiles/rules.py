"""Profiles and how they are found; standard library only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.errors import NotFound

AVATAR_COLORS = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")
"""Defaults that colour-blind people can tell apart, from https://jfly.uni-koeln.de/color/."""

DELETED_USERNAME = "_deleted"
DELETED_NAME = "deleted artist"
"""How a deleted account is shown; auth gives no account this username, so that a client can tell."""

Ranked = Literal["likes", "tiles", "pixels"]

_USERNAME = re.compile(r"[A-Za-z0-9_]{1,50}")


@dataclass(frozen=True, slots=True)
class Stats:
    """The six counts of a profile."""

    tiles_created: int
    likes_received: int
    canvases_created: int
    pixels_painted: int
    followers: int
    following: int


@dataclass(frozen=True, slots=True)
class Profile:
    """An artist as others see them; `version` rises with every change of the profile."""

    id: int
    username: str
    display_name: str
    bio: str | None
    avatar_color: str
    joined_at: datetime
    version: int
    stats: Stats


def no_such_user() -> NotFound:
    """Make the error for an id or a name that no account has."""
    return NotFound("user_not_found", "No such user.")


def get_score(profile: Profile, by: Ranked) -> int:
    """Return the number that the leaderboard sorts by."""
    stats = profile.stats
    return {"likes": stats.likes_received, "tiles": stats.tiles_created, "pixels": stats.pixels_painted}[by]


def default_avatar_color(account_id: int) -> str:
    """Return the colour of an artist who chose none; it depends on the id only."""
    return AVATAR_COLORS[account_id % len(AVATAR_COLORS)]


def can_be_username(text: str) -> bool:
    """Whether an account can have this username."""
    return _USERNAME.fullmatch(text) is not None
