"""Cursors: the newest position of each, as many and as often as a process can afford."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest

from services.tiles.live.cursors import (
    BUDGET,
    MOST_CURSORS,
    POINTS_PER_SECOND,
    SHORTEST_SECONDS,
    Cursor,
    Cursors,
    interval_of,
)
from services.tiles.live.pace import SEND_SECONDS


def shown(cursors: Cursors) -> list[dict[str, Any]]:
    return [cursor.shown for cursor in cursors.take()[0]]


def test_only_the_newest_position_of_an_artist_is_sent_and_once() -> None:
    cursors = Cursors()
    cursors.move(Cursor(id=1, at=[1, 2]), is_own=True)
    cursors.move(Cursor(id=1, at=[3, 4]), is_own=True)
    assert shown(cursors) == [{"id": 1, "at": [3, 4]}]
    assert shown(cursors) == []


def test_a_view_is_not_lost_to_a_newer_position_without_one() -> None:
    cursors = Cursors()
    cursors.move(Cursor(id=1, at=[1, 2], view=[0, 0, 9, 9]), is_own=True)
    cursors.move(Cursor(id=1, at=[3, 4]), is_own=True)
    assert shown(cursors) == [{"id": 1, "at": [3, 4], "view": [0, 0, 9, 9]}]


def test_other_processes_are_sent_the_cursors_of_this_one_only() -> None:
    cursors = Cursors()
    cursors.move(Cursor(id=1, at=None), is_own=True)
    cursors.move(Cursor(id=2, at=None), is_own=False)
    moved, own = cursors.take()
    assert ([one.id for one in moved], [one.id for one in own]) == ([1, 2], [1])


def test_of_a_crowd_only_some_cursors_are_sent() -> None:
    cursors = Cursors()
    for artist in range(2 * MOST_CURSORS):
        cursors.move(Cursor(id=artist, at=[1, 2]), is_own=True)
    assert len(shown(cursors)) == MOST_CURSORS


def test_more_points_than_the_limit_of_a_viewer_are_dropped() -> None:
    cursors, viewer = Cursors(), Mock()
    allowed = [cursors.may_point(viewer) for _ in range(POINTS_PER_SECOND + 5)]
    assert allowed[:POINTS_PER_SECOND] == [True] * POINTS_PER_SECOND
    assert not all(allowed)


def test_the_more_watch_the_less_often_cursors_are_sent() -> None:
    assert interval_of(1) == SHORTEST_SECONDS
    assert interval_of(1000) * BUDGET == pytest.approx(1000 * SEND_SECONDS)
