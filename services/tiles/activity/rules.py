"""Who paints most, and whose account is the newest; standard library only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from services.tiles.artists.rules import Artist

LISTED = 20
"""Artists in each list."""

FEWEST_ARTISTS = 5
"""Fewer have nothing usual to compare with."""

LEAST_PIXELS = 100
"""What a spike has at least; fewer pixels are never one, however little the others paint."""

TIMES_USUAL = 8
"""How many times the median makes an artist stand out. The busiest of an event, who spend every charge, paint
about four times as much as the artist in the middle, who places half of what they could and pauses."""


@dataclass(frozen=True, slots=True)
class Share:
    """What an artist painted in a minute, which is named by its start."""

    artist: Artist
    minute: datetime
    pixels: int
    last_painted_at: datetime


@dataclass(frozen=True, slots=True)
class Painter:
    """What an artist painted, and when they did last."""

    artist: Artist
    pixels: int
    last_painted_at: datetime


@dataclass(frozen=True, slots=True)
class Spike:
    """An artist who painted `times` as much as is usual: something to look at, and no proof of anything."""

    painter: Painter
    times: int


@dataclass(frozen=True, slots=True)
class RecentActivity:
    """What was painted, by minute, and by whom; `spikes` are those who stand out, the most first."""

    artist_count: int
    by_minute: Sequence[tuple[datetime, int]]
    most_active: Sequence[Painter]
    newest: Sequence[Painter]
    spikes: Sequence[Spike]


def sum_up(shares: Sequence[Share]) -> RecentActivity:
    """Sum up what artists painted in each minute."""
    by_minute: Counter[datetime] = Counter()
    painters: dict[int, Painter] = {}
    for share in shares:
        by_minute[share.minute] += share.pixels
        known = painters.get(share.artist.id, Painter(share.artist, 0, share.last_painted_at))
        last = max(known.last_painted_at, share.last_painted_at)
        painters[share.artist.id] = Painter(share.artist, known.pixels + share.pixels, last)
    # Ids of accounts grow.
    newest = sorted(painters.values(), key=lambda painter: -painter.artist.id)
    most_active = sorted(newest, key=lambda painter: -painter.pixels)
    return RecentActivity(
        len(painters),
        sorted(by_minute.items()),
        most_active[:LISTED],
        newest[:LISTED],
        find_spikes(most_active)[:LISTED],
    )


def find_spikes(painters: Sequence[Painter]) -> Sequence[Spike]:
    """Return those of the artists who painted many times as much as the one in the middle, in the same order.

    The median, because a mean would rise with the spikes themselves.
    """
    if len(painters) < FEWEST_ARTISTS:
        return []
    usual = max(1.0, median(painter.pixels for painter in painters))
    return [
        Spike(painter, int(painter.pixels / usual))
        for painter in painters
        if painter.pixels >= max(LEAST_PIXELS, TIMES_USUAL * usual)
    ]
