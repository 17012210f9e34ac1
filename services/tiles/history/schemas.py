"""Requests and responses about a tile's history."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.tiles.artists.schemas import ArtistView
from services.tiles.history.rules import RevisionEntry
from services.tiles.revisions.rules import LAST_VERSION, Content, Kind
from shared.http.models import Body, Paging, View

Version = Annotated[int, Field(ge=1, le=LAST_VERSION)]


class HistoryPaging(Paging):
    """Which changes to list."""

    until: Version | None = Field(None, description="list each change by itself, from this version back")


class RevisionView(View):
    """A change of a tile: its kind, and the version of the tile and the number on the canvas that it made.

    `count` is how many changes the entry of a list stands for: this one and those right before it.
    """

    tile_id: int
    version: int
    kind: Kind
    author: ArtistView
    seq: int
    occurred_at: datetime
    count: int


class ContributionView(View):
    """An artist who painted a tile; `last_version` is the last one of theirs."""

    artist: ArtistView
    last_version: int


class VersionView(RevisionView):
    """A version of a tile with its pixels, base64; null for the version that deleted it."""

    pixels: str | None

    @classmethod
    def showing(cls, entry: RevisionEntry, content: Content | None) -> VersionView:
        """Show a version."""
        pixels = None if content is None else base64.b64encode(content.pixels).decode()
        shown = RevisionView.model_validate(entry)
        return cls.model_validate({**dict(shown), "pixels": pixels})


class Reversion(Body):
    """The version of a tile to restore."""

    version: Version
