"""Who stands out: artists who paint many times as much as is usual on a canvas."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.tiles.activity.rules import Painter, Share, find_spikes, sum_up
from services.tiles.artists.rules import Artist

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


def found(*pixels: int) -> list[tuple[int, int]]:
    """Return the pixels of those who stand out, and how many times as much as usual that is."""
    painters = [Painter(Artist(n, f"artist{n}", f"artist{n}"), count, NOON) for n, count in enumerate(pixels)]
    return [(spike.painter.pixels, spike.times) for spike in find_spikes(painters)]


@pytest.mark.parametrize(
    ("pixels", "spikes"),
    [
        ((60, 55, 50, 40, 20), []),
        ((480, 60, 60, 60, 40), [(480, 8)]),
        ((479, 60, 60, 60, 40), []),
        ((5000, 900, 20, 20, 20, 20, 10), [(5000, 250), (900, 45)]),
        ((99, 1, 1, 1, 1), []),
        ((100, 1, 1, 1, 1), [(100, 100)]),
        ((5000, 1, 1, 1), []),
        ((), []),
    ],
)
def test_who_paints_eight_times_the_median_stands_out(
    pixels: tuple[int, ...], spikes: list[tuple[int, int]]
) -> None:
    assert found(*pixels) == spikes


def test_many_who_paint_much_are_what_is_usual() -> None:
    assert found(*[1000] * 6, *[10] * 5) == []


def test_what_an_artist_painted_in_several_minutes_counts_together() -> None:
    artists = [Artist(n, f"artist{n}", f"artist{n}") for n in range(6)]
    shares = [Share(artist, NOON, 10, NOON) for artist in artists]
    shares += [Share(artists[3], NOON.replace(minute=n), 60, NOON) for n in (1, 2)]
    assert [spike.painter.artist.id for spike in sum_up(shares).spikes] == [3]
