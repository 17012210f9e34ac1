"""Use cases of offers: each changes under its canvas's lock, so that only one answer counts."""

from __future__ import annotations

from typing import Literal

from aiohttp import web

from services.tiles.artists.actors import actor_of
from services.tiles.artists.store import ensure_artist
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.journal import Journal
from services.tiles.canvases.locking import prepend_lock
from services.tiles.canvases.rules import Canvas, CanvasRole
from services.tiles.canvases.service import visible_to
from services.tiles.members import store as members
from services.tiles.members.rules import check_has_room
from services.tiles.members.service import set_role
from services.tiles.offers import rules, store
from services.tiles.offers.rules import Offer
from services.tiles.offers.schemas import OfferView
from services.tiles.ownership.service import hand_over
from shared.db import Database
from shared.errors import NotAllowed, NotFound, ReferenceViolated
from shared.http.models import Page, Paging
from shared.http.paging import after_id, slice_of
from shared.identity import Identity
from shared.messaging.contracts import CanvasOffered, OfferEnded
from shared.messaging.outbox import Outbox


class Offers:
    """Offering canvases, and accepting and ending offers."""

    def __init__(self, database: Database, journal: Journal, outbox: Outbox) -> None:
        self._database = database
        self._journal = journal
        self._outbox = outbox

    async def offer(self, caller: Identity, canvas_id: int, heir_id: int) -> Offer:
        """Offer a canvas to an artist, in place of an earlier offer; repeating it changes nothing.

        Raises NotFound for the canvas or the artist, NotAllowed `not_canvas_owner`, Conflict `canvas_owner`.
        """
        try:
            async with self._database.transaction() as conn:
                prepend_lock(conn, canvas_id)
                canvas = visible_to(caller, await canvases_store.get(conn, canvas_id))
                rules.check_may_offer(canvas, actor_of(caller), heir_id)
                current = await store.get(conn, canvas_id)
                if current is not None and current.heir.id == heir_id:
                    return current
                await store.put(conn, canvas_id, heir_id)
                if not await members.is_active(conn, heir_id):
                    raise NotFound("artist_not_found", "No such artist.")
                if current is not None:
                    self._outbox.defer(conn, _end(current, "withdrawn"))
                self._outbox.defer(
                    conn, CanvasOffered(canvas_id=canvas_id, actor_id=caller.account_id, heir_id=heir_id)
                )
                made = await store.get(conn, canvas_id)
                assert made is not None
                return made
        except ReferenceViolated:
            raise NotFound("artist_not_found", "No such artist.") from None

    async def get(self, caller: Identity, canvas_id: int) -> Offer | None:
        """Return the offer of a canvas, which its owner and its heir may know of. Raises NotFound."""
        async with self._database.connection() as conn:
            offer = await store.get(conn, canvas_id)
            if offer is not None and caller.account_id in (offer.owner.id, offer.heir.id):
                return offer
            visible_to(caller, await canvases_store.get(conn, canvas_id))
            return None

    async def list(self, caller: Identity, paging: Paging) -> Page[OfferView]:
        """Return a slice of the offers to the caller, by canvas."""
        async with self._database.connection() as conn:
            found = await store.list_to(
                conn, caller.account_id, after=after_id(paging), count=paging.limit + 1
            )
        items, cursor = slice_of(found, paging, lambda offer: (offer.canvas_id,))
        return Page(items=[OfferView.model_validate(offer) for offer in items], next_cursor=cursor)

    async def accept(self, caller: Identity, canvas_id: int) -> Canvas:
        """Become the owner of a canvas that was offered to the caller.

        An owner who is still there stays as a moderator, whom the new owner can remove like any other. Raises
        NotFound `offer_not_found`, NotAllowed `account_suspended`, Conflict `member_limit`.
        """
        async with self._journal.transaction() as (conn, changes):
            ensure_artist(conn, caller)
            prepend_lock(conn, canvas_id)
            offer = rules.check_may_accept(await store.get(conn, canvas_id), actor_of(caller))
            canvas = await canvases_store.get(conn, canvas_id)
            assert canvas is not None
            if not await members.is_active(conn, caller.account_id):
                raise NotAllowed("account_suspended", "This account is suspended.")
            handed = hand_over(conn, changes, canvas, offer.heir)
            store.defer_removal(conn, canvas_id)
            if await members.is_active(conn, offer.owner.id):
                check_has_room(handed, offer.owner.id)
                await set_role(conn, changes, handed, offer.owner.id, CanvasRole.MODERATOR)
                self._outbox.defer(conn, _end(offer, "accepted"))
        async with self._database.connection() as conn:
            return visible_to(caller, await canvases_store.get(conn, canvas_id))

    async def end(self, caller: Identity, canvas_id: int) -> None:
        """Take an offer back, as the owner, or decline it, as the heir. Raises NotFound `offer_not_found`."""
        async with self._database.transaction() as conn:
            prepend_lock(conn, canvas_id)
            offer = rules.check_may_end(await store.get(conn, canvas_id), actor_of(caller))
            if caller.account_id == offer.heir.id:
                store.defer_decline(conn, canvas_id)
                if await members.is_active(conn, offer.owner.id):
                    self._outbox.defer(conn, _end(offer, "declined"))
            else:
                store.defer_removal(conn, canvas_id)
                self._outbox.defer(conn, _end(offer, "withdrawn"))


def _end(offer: Offer, outcome: Literal["accepted", "declined", "withdrawn"]) -> OfferEnded:
    return OfferEnded(
        canvas_id=offer.canvas_id, owner_id=offer.owner.id, heir_id=offer.heir.id, outcome=outcome
    )


OFFERS = web.AppKey("OFFERS", Offers)
