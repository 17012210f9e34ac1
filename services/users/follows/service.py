"""Use cases of follows."""

from __future__ import annotations

from aiohttp import web

from services.users.follows import store
from services.users.follows.store import Side
from services.users.profiles.rules import no_such_user
from services.users.profiles.schemas import ProfileView, page_of
from services.users.profiles.service import found
from services.users.profiles.store import get, lead_with_meeting
from shared.db import Database
from shared.errors import NotAllowed
from shared.http.models import Page, Paging
from shared.http.paging import after_id
from shared.identity import Identity


class Follows:
    """Following, and who does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def follow(self, caller: Identity, user_id: int) -> None:
        """Follow an artist; a second time changes nothing. Raises NotFound, NotAllowed `oneself`.

        Neither may have left: a token outlives its account for a moment.
        """
        if user_id == caller.account_id:
            raise NotAllowed("oneself", "nobody follows themselves")
        async with self._database.transaction() as conn:
            lead_with_meeting(conn, caller)
            if await store.lock(conn, caller.account_id, user_id) != {caller.account_id, user_id}:
                raise no_such_user()
            await store.follow(conn, caller.account_id, user_id)

    async def unfollow(self, caller: Identity, user_id: int) -> None:
        """Follow an artist no more; a second time changes nothing. Raises NotFound."""
        async with self._database.transaction() as conn:
            if user_id not in await store.lock(conn, caller.account_id, user_id):
                raise no_such_user()
            await store.unfollow(conn, caller.account_id, user_id)

    async def listed(self, side: Side, user_id: int, paging: Paging) -> Page[ProfileView]:
        """Return a slice of those who follow the artist or whom they follow; raises NotFound."""
        async with self._database.connection() as conn:
            found(await get(conn, user_id))
            profiles = await store.listed(conn, side, user_id, after=after_id(paging), count=paging.limit + 1)
        return page_of(profiles, paging)


FOLLOWS = web.AppKey("FOLLOWS", Follows)
