"""Requests and responses about profiles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from services.users.profiles.rules import Profile, Ranked
from shared.http.models import LINES, ONE_LINE, Body, Page, Paging, View
from shared.http.paging import slice_of

DisplayName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50), ONE_LINE]
Bio = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), LINES]
Colour = Annotated[str, StringConstraints(pattern="^#[0-9a-fA-F]{6}$", to_lower=True)]


class ProfileChanges(Body):
    """Only the fields given are changed; null restores the default."""

    display_name: DisplayName | None = Field(None, description="null: the username")
    bio: Bio | None = None
    avatar_color: Colour | None = Field(None, description="#rrggbb; null: a default colour by id")


class Search(Paging):
    """`?search=` of the list of artists."""

    search: str | None = Field(
        None, max_length=100, description="part of a name; its start if shorter than three characters"
    )


class Ranking(Paging):
    """`?by=` of the leaderboard."""

    by: Ranked = "likes"


class StatsView(View):
    """Counts of an artist's work that exists now; `pixels_painted` are those placed in `place` mode."""

    tiles_created: int
    likes_received: int
    canvases_created: int
    pixels_painted: int
    followers: int
    following: int


class ProfileView(View):
    """An artist as others see them."""

    id: int
    username: str
    display_name: str
    bio: str | None
    avatar_color: str
    joined_at: datetime
    stats: StatsView


def make_page(
    profiles: Sequence[Profile],
    paging: Paging,
    key: Callable[[Profile], Sequence[int]] = lambda profile: (profile.id,),
) -> Page[ProfileView]:
    """Make a page of what was read with `limit + 1`; the list is sorted by `key`."""
    items, cursor = slice_of(profiles, paging, key)
    return Page(items=[ProfileView.model_validate(profile) for profile in items], next_cursor=cursor)
