"""Use cases of ignores."""

from __future__ import annotations

from aiohttp import web

from services.users.ignores import store
from services.users.profiles.rules import no_such_user
from services.users.profiles.schemas import ProfileView, make_page
from services.users.profiles.service import require_profile
from services.users.profiles.store import ensure_artist, get_profile
from shared.db import Database
from shared.errors import Conflict, NotAllowed
from shared.http.models import Page, Paging
from shared.http.paging import after_id
from shared.identity import Identity

MOST_IGNORED = 1000
"""Artists on one list, all of which a browser loads."""


class Ignores:
    """Ignores artists, stops ignoring them, and lists the ignored ones."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ignore(self, caller: Identity, user_id: int) -> None:
        """Ignore an artist; repeating it changes nothing.

        Raises NotFound, NotAllowed `oneself`, Conflict `too_many_ignored`.
        """
        if user_id == caller.account_id:
            raise NotAllowed("oneself", "You can't ignore yourself.")
        async with self._database.transaction() as conn:
            ensure_artist(conn, caller)
            if not await store.lock_list(conn, caller.account_id):
                raise no_such_user()
            require_profile(await get_profile(conn, user_id))
            await store.add(conn, caller.account_id, user_id)
            if await store.count(conn, caller.account_id) > MOST_IGNORED:
                raise Conflict("too_many_ignored", f"You ignore {MOST_IGNORED} artists, which is the limit.")

    async def end_ignoring(self, caller: Identity, user_id: int) -> None:
        """Stop ignoring an artist; repeating it changes nothing."""
        async with self._database.transaction() as conn:
            await store.remove(conn, caller.account_id, user_id)

    async def list(self, caller: Identity, paging: Paging) -> Page[ProfileView]:
        """Return a page of the artists whom the caller ignores, by id."""
        async with self._database.connection() as conn:
            profiles = await store.list_ignored(
                conn, caller.account_id, after=after_id(paging), count=paging.limit + 1
            )
        return make_page(profiles, paging)


IGNORES = web.AppKey("IGNORES", Ignores)
