"""Routes of profiles."""

from __future__ import annotations

from aiohttp import web

from services.users.profiles.schemas import ProfileChanges, ProfileView, Ranking, Search, StatsView
from services.users.profiles.service import PROFILES
from shared.http.access import Access
from shared.http.models import Page
from shared.http.operations import Operation, respond
from shared.identity import Identity


async def get_own_profile(request: web.Request, caller: Identity) -> web.Response:
    """Show the caller's profile."""
    return respond(ProfileView.model_validate(await request.app[PROFILES].get_own_profile(caller)))


async def change_own_profile(request: web.Request, body: ProfileChanges, caller: Identity) -> web.Response:
    """Change the caller's profile."""
    return respond(ProfileView.model_validate(await request.app[PROFILES].change_profile(caller, body)))


async def get_own_stats(request: web.Request, caller: Identity) -> web.Response:
    """Show the caller's stats."""
    return respond(StatsView.model_validate((await request.app[PROFILES].get_own_profile(caller)).stats))


async def get_profile(request: web.Request, user_id: int) -> web.Response:
    """Show an artist's profile."""
    return respond(ProfileView.model_validate(await request.app[PROFILES].get_profile(user_id)))


async def get_profile_by_name(request: web.Request, username: str) -> web.Response:
    """Show the profile of a username; case does not matter."""
    return respond(ProfileView.model_validate(await request.app[PROFILES].get_profile_by_username(username)))


async def list_users(request: web.Request, query: Search) -> web.Response:
    """List artists by id; with `search`, those whose username or display name matches."""
    return respond(await request.app[PROFILES].list_profiles(query))


async def get_leaderboard(request: web.Request, query: Ranking) -> web.Response:
    """List the artists with the most likes or tiles, most first."""
    return respond(await request.app[PROFILES].list_ranking(query))


OPERATIONS = (
    Operation("GET", "/users/profile", get_own_profile, {200: ProfileView}, Access.ARTIST),
    Operation("PUT", "/users/profile", change_own_profile, {200: ProfileView}, Access.ARTIST),
    Operation("GET", "/users/stats", get_own_stats, {200: StatsView}, Access.ARTIST),
    Operation("GET", "/users/leaderboard", get_leaderboard, {200: Page[ProfileView]}),
    Operation(
        "GET",
        "/users/by-name/{username}",
        get_profile_by_name,
        {200: ProfileView},
        refusals=["404 user_not_found"],
    ),
    Operation("GET", "/users", list_users, {200: Page[ProfileView]}),
    Operation("GET", "/users/{user_id}", get_profile, {200: ProfileView}, refusals=["404 user_not_found"]),
)
