"""Artists whose rows are known to exist, so that a writer need not insert them again and again."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from services.tiles.artists.store import ensure_artists
from shared.db import Connection

MOST = 100_000
"""How many ids are kept, a few megabytes; when it is full, it starts over empty."""


class KnownArtists:
    """The artists that this process has seen stored. Rows of artists are never deleted."""

    def __init__(self) -> None:
        self._ids: set[int] = set()

    def __contains__(self, artist_id: int) -> bool:
        return artist_id in self._ids

    def ensure(self, conn: Connection, callers: Collection[tuple[int, str]]) -> None:
        """Insert those that are not known, each an id and a username, before the next statement."""
        unknown = {(artist_id, name) for artist_id, name in callers if artist_id not in self._ids}
        if unknown:
            ensure_artists(conn, unknown)
            conn.after_commit(partial(self._add, {artist_id for artist_id, _ in unknown}))

    def forget(self) -> None:
        """Know none; for a database that may have been replaced."""
        self._ids.clear()

    def _add(self, ids: set[int]) -> None:
        if len(self._ids) >= MOST:
            self._ids.clear()
        self._ids |= ids
