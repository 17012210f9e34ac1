"""Films: how many frames they have, when each is shown, and how large they get."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from services.tiles.films.rules import (
    FRAMES_PER_SECOND,
    LAST_FRAME_SECONDS,
    WITHOUT_FFMPEG,
    FilmFormat,
    changes_before,
    check_format,
    check_period,
    count_frames,
    hundredths_of,
    measure,
)
from shared.errors import Invalid
from tests.support import tile_rules

NOW = datetime(2026, 6, 1, tzinfo=UTC)
CANVAS = replace(tile_rules.CANVAS, width=256, height=128, created_at=NOW - timedelta(days=9))


@pytest.mark.parametrize(("changes", "frames"), [(0, 1), (1, 2), (199, 200), (200, 200), (10**7, 200)])
def test_a_film_has_a_frame_per_change_up_to_its_rate(changes: int, frames: int) -> None:
    assert count_frames(changes, 10) == frames == min(frames, 10 * FRAMES_PER_SECOND)


@pytest.mark.parametrize(("changes", "seconds"), [(0, 1), (1, 1), (7, 3), (5_000, 7), (123_457, 120)])
def test_frames_go_from_no_change_to_all_and_each_shows_more_than_the_one_before(
    changes: int, seconds: int
) -> None:
    frames = count_frames(changes, seconds)
    shown = [changes_before(frame, frames, changes) for frame in range(frames)]
    assert (shown[0], shown[-1]) == (0, changes)
    assert all(later > earlier for earlier, later in pairwise(shown))


@pytest.mark.parametrize(("changes", "seconds"), [(0, 1), (2, 1), (6, 7), (999, 120)])
def test_the_frames_of_a_film_take_its_length_and_the_last_one_stays(changes: int, seconds: int) -> None:
    frames = count_frames(changes, seconds)
    hundredths = [hundredths_of(frame, frames, seconds) for frame in range(frames)]
    assert sum(hundredths) == 100 * (seconds + LAST_FRAME_SECONDS)
    assert min(hundredths) >= 100 // FRAMES_PER_SECOND


@pytest.mark.parametrize(
    ("width", "height", "scale", "size"),
    [
        (256, 128, None, (1024, 512)),
        (64, 64, None, (1024, 1024)),
        (1008, 64, None, (1008, 64)),
        (8192, 64, None, (1024, 8)),
        (256, 128, 8, (2048, 1024)),
    ],
)
def test_without_a_scale_a_film_is_as_large_as_a_screen_shows(
    width: int, height: int, scale: int | None, size: tuple[int, int]
) -> None:
    measures = measure(replace(CANVAS, width=width, height=height), scale, 10)
    assert (measures.width, measures.height) == size


@pytest.mark.parametrize(("scale", "seconds", "field"), [(9, 10, "scale"), (8, 120, "seconds")])
def test_a_film_that_is_too_large_is_refused(scale: int, seconds: int, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        measure(replace(CANVAS, height=256), scale, seconds)
    assert refused.value.faults[0].loc == ("body", field)


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        (NOW, None, "from"),
        (NOW - timedelta(days=1), NOW - timedelta(days=1), "to"),
        (None, NOW - timedelta(days=9), "to"),
    ],
)
def test_a_part_of_the_history_without_a_length_is_refused(
    start: datetime | None, end: datetime | None, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        check_period(start, end, CANVAS, NOW)
    assert refused.value.faults[0].loc == ("body", field)


def test_a_format_that_needs_ffmpeg_is_refused_where_there_is_none() -> None:
    check_format(FilmFormat.GIF, WITHOUT_FFMPEG)
    with pytest.raises(Invalid) as refused:
        check_format(FilmFormat.MP4, WITHOUT_FFMPEG)
    assert refused.value.faults[0].code == "format_unavailable"
