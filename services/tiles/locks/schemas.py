"""Responses about locks."""

from __future__ import annotations

from datetime import datetime

from services.tiles.artists.schemas import ArtistView
from services.tiles.tiles.rules import Lock
from shared.http.models import View


class LockView(View):
    """Whether a tile is locked, by which artist and until when; `mine` if the caller holds the lock."""

    tile_id: int
    is_locked: bool
    holder: ArtistView | None
    expires_at: datetime | None
    mine: bool

    @classmethod
    def of(cls, tile_id: int, lock: Lock | None, caller_id: int | None) -> LockView:
        """Show a tile's lock to a caller."""
        return cls(
            tile_id=tile_id,
            is_locked=lock is not None,
            holder=ArtistView.model_validate(lock.holder) if lock else None,
            expires_at=lock.expires_at if lock else None,
            mine=lock is not None and lock.holder.id == caller_id,
        )
