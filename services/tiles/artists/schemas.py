"""How an artist is shown next to their work."""

from __future__ import annotations

from shared.http.models import View


class ArtistView(View):
    """The creator of a tile, the owner of a canvas, the holder of a lock."""

    id: int
    username: str
    display_name: str
