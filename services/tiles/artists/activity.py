"""Publishing which artists paint."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import partial

from shared.db import Connection
from shared.messaging.contracts import ArtistActive
from shared.messaging.outbox import Outbox

HOUR = 3600


class ActivityPublisher:
    """Publishes an event per artist who paints, once per hour and process: enough to count active days."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._hour = 0
        self._published: set[int] = set()

    def defer_publish(self, conn: Connection, artists: Collection[int], now: datetime) -> None:
        """Publish, with the COMMIT, an event for each artist who has none yet in this hour."""
        hour = int(now.timestamp()) // HOUR
        if hour != self._hour:
            self._hour, self._published = hour, set()
        new = set(artists) - self._published
        if new:
            self._outbox.defer(conn, *(ArtistActive(account_id=artist_id) for artist_id in sorted(new)))
            conn.after_commit(partial(self._published.update, new))
