"""Request and response about activity."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from services.tiles.activity.rules import RecentActivity
from services.tiles.artists.schemas import ArtistView
from shared.http.models import Query, View


class Lately(Query):
    """How far back to look."""

    minutes: int = Field(10, ge=1, le=60)


class MinuteCount(View):
    """How many pixels were painted in a minute, which is named by its start."""

    minute: datetime
    pixels: int


class PainterView(View):
    """How many pixels an artist has painted, and when the last one."""

    artist: ArtistView
    pixels: int
    last_painted_at: datetime


class SpikeView(View):
    """An artist who painted `times` as much as the median of all."""

    painter: PainterView
    times: int


class RecentActivityView(View):
    """Strokes and placements of the last minutes: by minute, and the artists who painted most.

    `newest` are the artists among all who painted whose accounts are the newest, the newest first. `spikes`
    are those who painted at least 8 times as much as the median, and 100 pixels, among at least 5 artists:
    something to look at, which has no consequence by itself.
    """

    artist_count: int
    pixels_per_minute: list[MinuteCount]
    most_active: list[PainterView]
    newest: list[PainterView]
    spikes: list[SpikeView]

    @classmethod
    def of(cls, activity: RecentActivity) -> RecentActivityView:
        """Show what was painted."""
        return cls(
            artist_count=activity.artist_count,
            pixels_per_minute=[
                MinuteCount(minute=minute, pixels=pixels) for minute, pixels in activity.by_minute
            ],
            most_active=[PainterView.model_validate(one) for one in activity.most_active],
            newest=[PainterView.model_validate(one) for one in activity.newest],
            spikes=[SpikeView.model_validate(one) for one in activity.spikes],
        )
