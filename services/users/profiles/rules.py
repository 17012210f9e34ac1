"""What a profile may say and how it is found; standard library only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.users.stats.rules import Stats
from shared.errors import NotFound

AVATAR_COLORS = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")
"""For artists who chose none: colours that colour-blind people tell apart, https://jfly.uni-koeln.de/color/."""

DELETED_USERNAME = "deleted"
DELETED_NAME = "deleted artist"
"""How somebody is shown who has left; auth lets somebody else have the username all the same."""

Ranked = Literal["likes", "tiles"]

_USERNAME = re.compile(r"[A-Za-z0-9_]{1,50}")


@dataclass(frozen=True, slots=True)
class Profile:
    """An artist as everybody sees them; `version` rises with every change of the profile."""

    id: int
    username: str
    display_name: str
    bio: str | None
    avatar_color: str
    joined_at: datetime
    version: int
    stats: Stats


def no_such_user() -> NotFound:
    """Make the refusal for an id or a name that nobody has."""
    return NotFound("user_not_found", "no such user")


def score(profile: Profile, by: Ranked) -> int:
    """Return what the leaderboard sorts by."""
    return profile.stats.likes_received if by == "likes" else profile.stats.tiles_created


def default_avatar_color(account_id: int) -> str:
    """Return the colour of an artist who chose none: always the same one."""
    return AVATAR_COLORS[account_id % len(AVATAR_COLORS)]


def can_be_username(text: str) -> bool:
    """Whether any account could have this name."""
    return _USERNAME.fullmatch(text) is not None
