"""Use cases of profiles."""

from __future__ import annotations

from aiohttp import web

from services.users.dashboard import counters
from services.users.profiles import rules, store
from services.users.profiles.rules import Profile
from services.users.profiles.schemas import ProfileChanges, ProfileView, Ranking, Search, page_of
from shared.db import Connection, Database
from shared.http.models import BIGINT_MAX, Page
from shared.http.paging import after_id, decode_cursor
from shared.identity import Identity
from shared.messaging.contracts import AccountRegistered, ProfileUpdated
from shared.messaging.outbox import Outbox
from shared.text import search_pattern


class Profiles:
    """Showing, finding and changing profiles."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def own(self, caller: Identity) -> Profile:
        """Return the caller's profile, making it if this is the first that is heard of them."""
        async with self._database.connection() as conn:
            store.lead_with_meeting(conn, caller)
            return found(await store.get(conn, caller.account_id))

    async def change(self, caller: Identity, changes: ProfileChanges) -> Profile:
        """Change the fields given and tell the other services."""
        given = changes.model_dump(exclude_unset=True)
        if not given:
            return await self.own(caller)
        async with self._database.transaction() as conn:
            store.lead_with_meeting(conn, caller)
            if not await store.change(conn, caller.account_id, given):
                raise rules.no_such_user()
            profile = found(await store.get(conn, caller.account_id))
            self._tell(conn, profile)
        return profile

    async def get(self, profile_id: int) -> Profile:
        """Return a profile; raises NotFound."""
        async with self._database.connection() as conn:
            return found(await store.get(conn, profile_id))

    async def named(self, username: str) -> Profile:
        """Return the profile of that username, in any case; raises NotFound."""
        if not rules.can_be_username(username):
            raise rules.no_such_user()
        async with self._database.connection() as conn:
            return found(await store.named(conn, username))

    async def listed(self, query: Search) -> Page[ProfileView]:
        """Return a slice of the artists found, by id."""
        pattern = search_pattern(query.search or "")
        async with self._database.connection() as conn:
            profiles = await store.listed(conn, pattern, after=after_id(query), count=query.limit + 1)
        return page_of(profiles, query)

    async def ranked(self, query: Ranking) -> Page[ProfileView]:
        """Return a slice of the artists with the most likes or tiles; those with none are left out."""
        below = (BIGINT_MAX, BIGINT_MAX)
        if query.cursor is not None:
            score, profile_id = decode_cursor(query.cursor, 2)
            below = (score, profile_id)
        async with self._database.connection() as conn:
            profiles = await store.ranked(conn, query.by, below=below, count=query.limit + 1)
        return page_of(profiles, query, lambda profile: (rules.score(profile, query.by), profile.id))

    async def registered(self, conn: Connection, event: AccountRegistered) -> None:
        """Take over a registration, in the consumer's transaction."""
        if await store.register(
            conn, event.account_id, event.username, event.display_name, event.registered_at
        ):
            counters.add(conn, accounts=1)
            counters.add_on(conn, event.registered_at, accounts=1)
            counters.seen(conn, event.account_id, event.registered_at)
        profile = found(await store.get(conn, event.account_id))
        if profile.version > 0:
            # The artist was quicker than the event: who heard of that change has to hear of the merged one.
            self._tell(conn, profile)

    def _tell(self, conn: Connection, profile: Profile) -> None:
        self._outbox.emit(
            conn,
            ProfileUpdated(
                account_id=profile.id,
                username=profile.username,
                display_name=profile.display_name,
                avatar_color=profile.avatar_color,
                version=profile.version,
            ),
        )


def found(profile: Profile | None) -> Profile:
    """Return the profile; raises NotFound without one."""
    if profile is None:
        raise rules.no_such_user()
    return profile


PROFILES = web.AppKey("PROFILES", Profiles)
