"""Use cases of profiles."""

from __future__ import annotations

from aiohttp import web

from services.users import counters
from services.users.profiles import rules, store
from services.users.profiles.rules import Profile
from services.users.profiles.schemas import ProfileChanges, ProfileView, Ranking, Search, make_page
from shared.db import Connection, Database
from shared.http.models import BIGINT_MAX, Page
from shared.http.paging import after_id, decode_cursor
from shared.identity import Identity
from shared.messaging.contracts import AccountRegistered, AccountRestated, ProfileUpdated
from shared.messaging.outbox import Outbox
from shared.text import search_pattern


class Profiles:
    """Shows, searches and changes profiles."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def get_own_profile(self, caller: Identity) -> Profile:
        """Return the caller's profile, creating it at their first request."""
        async with self._database.connection() as conn:
            store.ensure_artist(conn, caller)
            return require_profile(await store.get_profile(conn, caller.account_id))

    async def change_profile(self, caller: Identity, changes: ProfileChanges) -> Profile:
        """Change the fields given and publish the new profile."""
        given = changes.model_dump(exclude_unset=True)
        if not given:
            return await self.get_own_profile(caller)
        async with self._database.transaction() as conn:
            store.ensure_artist(conn, caller)
            if not await store.change_profile(conn, caller.account_id, given):
                raise rules.no_such_user()
            profile = require_profile(await store.get_profile(conn, caller.account_id))
            self._defer_publish(conn, profile)
        return profile

    async def get_profile(self, profile_id: int) -> Profile:
        """Return a profile; raises NotFound."""
        async with self._database.connection() as conn:
            return require_profile(await store.get_profile(conn, profile_id))

    async def get_profile_by_username(self, username: str) -> Profile:
        """Return the profile of a username, whatever its case; raises NotFound."""
        if not rules.can_be_username(username):
            raise rules.no_such_user()
        async with self._database.connection() as conn:
            return require_profile(await store.get_profile_by_username(conn, username))

    async def list_profiles(self, query: Search) -> Page[ProfileView]:
        """Return a page of the artists that match, by id."""
        pattern = search_pattern(query.search or "")
        async with self._database.connection() as conn:
            profiles = await store.list_profiles(conn, pattern, after=after_id(query), count=query.limit + 1)
        return make_page(profiles, query)

    async def list_ranking(self, query: Ranking) -> Page[ProfileView]:
        """Return a page of the artists with the most likes or tiles, without those who have none."""
        below = (BIGINT_MAX, BIGINT_MAX)
        if query.cursor is not None:
            score, profile_id = decode_cursor(query.cursor, 2)
            below = (score, profile_id)
        async with self._database.connection() as conn:
            profiles = await store.list_ranking(conn, query.by, below=below, count=query.limit + 1)
        return make_page(profiles, query, lambda profile: (rules.get_score(profile, query.by), profile.id))

    async def register(self, conn: Connection, event: AccountRegistered | AccountRestated) -> None:
        """Store a registration, in the consumer's transaction."""
        display_name = event.display_name if isinstance(event, AccountRegistered) else None
        registered = await store.register_profile(
            conn, event.account_id, event.username, display_name, event.registered_at
        )
        if registered is None:
            return
        if registered == "new":
            counters.defer_add_to_totals(conn, accounts=1)
            counters.defer_add_to_day(conn, event.registered_at, accounts=1)
            counters.defer_mark_active(conn, event.account_id, event.registered_at)
        profile = require_profile(await store.get_profile(conn, event.account_id))
        if profile.version > 0:
            # The artist changed the profile before this event arrived: publish the merged profile.
            self._defer_publish(conn, profile)

    def _defer_publish(self, conn: Connection, profile: Profile) -> None:
        self._outbox.defer(conn, profile_event(profile))


def profile_event(profile: Profile) -> ProfileUpdated:
    """Make the event with a profile as it is."""
    return ProfileUpdated(
        account_id=profile.id,
        username=profile.username,
        display_name=profile.display_name,
        avatar_color=profile.avatar_color,
        version=profile.version,
    )


def require_profile(profile: Profile | None) -> Profile:
    """Return the profile; raises NotFound if it is None."""
    if profile is None:
        raise rules.no_such_user()
    return profile


PROFILES = web.AppKey("PROFILES", Profiles)
