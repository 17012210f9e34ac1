"""Use cases of follows."""

from __future__ import annotations

from datetime import UTC, datetime

from aiohttp import web

from services.users.follows import store
from services.users.follows.store import Side
from services.users.notices import store as notices
from services.users.notices.rules import NewNotice, NoticeKind
from services.users.profiles.rules import no_such_user
from services.users.profiles.schemas import ProfileView, make_page
from services.users.profiles.service import require_profile
from services.users.profiles.store import ensure_artist, get_profile
from shared.db import Database
from shared.errors import NotAllowed
from shared.http.models import Page, Paging
from shared.http.paging import after_id
from shared.identity import Identity


class Follows:
    """Follows artists and lists follows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def follow(self, caller: Identity, user_id: int) -> None:
        """Follow an artist; repeating it changes nothing. Raises NotFound, NotAllowed `oneself`.

        Neither account may be deleted: a token stays valid for a moment after its account is gone.
        """
        if user_id == caller.account_id:
            raise NotAllowed("oneself", "You can't follow yourself.")
        async with self._database.transaction() as conn:
            ensure_artist(conn, caller)
            if await store.lock_profiles(conn, caller.account_id, user_id) != {caller.account_id, user_id}:
                raise no_such_user()
            if await store.follow(conn, caller.account_id, user_id):
                await notices.add(
                    conn,
                    NewNotice(
                        recipient_ids=[user_id],
                        kind=NoticeKind.FOLLOWER,
                        subject="",
                        occurred_at=datetime.now(UTC),
                        actor_id=caller.account_id,
                    ),
                )

    async def unfollow(self, caller: Identity, user_id: int) -> None:
        """Stop following an artist; repeating it changes nothing. Raises NotFound."""
        async with self._database.transaction() as conn:
            if user_id not in await store.lock_profiles(conn, caller.account_id, user_id):
                raise no_such_user()
            if await store.unfollow(conn, caller.account_id, user_id):
                await notices.withdraw(conn, user_id, NoticeKind.FOLLOWER, "", caller.account_id)

    async def list_profiles(self, side: Side, user_id: int, paging: Paging) -> Page[ProfileView]:
        """Return a page of the artist's followers or of the artists they follow; raises NotFound."""
        async with self._database.connection() as conn:
            require_profile(await get_profile(conn, user_id))
            profiles = await store.list_profiles(
                conn, side, user_id, after=after_id(paging), count=paging.limit + 1
            )
        return make_page(profiles, paging)


FOLLOWS = web.AppKey("FOLLOWS", Follows)
