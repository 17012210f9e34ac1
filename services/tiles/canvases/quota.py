"""How many canvases an artist may make in a day; in the database, so for all processes together."""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from sqlalchemy import text

from services.tiles.artists.store import ensure_artist
from shared.db import Database
from shared.errors import TooManyRequests
from shared.identity import Identity

DAY = timedelta(days=1)

# Each canvas takes its share of a day, and an artist may be a day ahead: a token bucket whose level is a
# moment (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm). One statement: the second of two
# requests waits for the row, and is judged by what the first left in it.
_TAKE = text(
    "UPDATE artists SET canvases_taken_until = greatest(canvases_taken_until, now()) + :share"
    " WHERE id = :artist_id AND greatest(canvases_taken_until, now()) + :share <= now() + :day"
)


class CanvasQuota:
    """Grants new canvases: `per_day` at once, and as many again evenly over each day."""

    def __init__(self, database: Database, per_day: int) -> None:
        self._database = database
        self._share = DAY / per_day

    async def take(self, caller: Identity) -> None:
        """Count a canvas that is about to be made, even if it is not made after all.

        In a transaction of its own: one that reads a single moment would fail whenever two are counted at
        once. Raises TooManyRequests `canvas_limit`.
        """
        async with self._database.transaction() as conn:
            ensure_artist(conn, caller)
            params = {"artist_id": caller.account_id, "share": self._share, "day": DAY}
            if not await conn.execute(_TAKE, params):
                raise TooManyRequests(
                    "canvas_limit",
                    "You have made very many canvases; wait before you make another one.",
                    retry_after=ceil(self._share.total_seconds()),
                )
