"""Telling the other services who paints."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import partial

from shared.db import Connection
from shared.messaging.contracts import ArtistActive
from shared.messaging.outbox import Outbox

HOUR = 3600


class Activity:
    """Tells of each artist who paints, once an hour and process: whoever counts days needs no more."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._hour = 0
        self._told: set[int] = set()

    def tell(self, conn: Connection, artists: Collection[int], now: datetime) -> None:
        """Tell, with the COMMIT, of those who were not told of in this hour yet."""
        hour = int(now.timestamp()) // HOUR
        if hour != self._hour:
            self._hour, self._told = hour, set()
        news = set(artists) - self._told
        if news:
            self._outbox.emit(conn, *(ArtistActive(account_id=artist_id) for artist_id in sorted(news)))
            conn.after_commit(partial(self._told.update, news))
