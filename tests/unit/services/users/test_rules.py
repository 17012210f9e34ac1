"""Rules of the users service: what events count for, and what a profile may say."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given

from services.users.profiles.rules import (
    AVATAR_COLORS,
    can_be_username,
    default_avatar_color,
)
from services.users.stats.rules import Counts, Known, KnownCanvas, KnownTile, difference
from shared.messaging.contracts import CanvasCreated, CanvasDeleted, CanvasEvent, TileDeleted, TileEvent
from tests.support.histories import History, told

TILE = KnownTile(tile_id=5, canvas_id=7, creator_id=1, like_count=3, is_deleted=False, seq=10)


def test_the_first_event_heard_of_a_tile_counts_it_with_its_likes() -> None:
    assert difference(None, TILE) == Counts(tiles_created=1, likes_received=3)


@pytest.mark.parametrize("seq", [10, 9])
def test_what_is_not_newer_is_no_news(seq: int) -> None:
    heard = KnownTile(tile_id=5, canvas_id=7, creator_id=1, like_count=8, is_deleted=True, seq=seq)
    assert difference(TILE, heard) is None


def test_a_newer_total_of_likes_counts_by_its_difference() -> None:
    heard = KnownTile(tile_id=5, canvas_id=7, creator_id=1, like_count=1, is_deleted=False, seq=11)
    assert difference(TILE, heard) == Counts(likes_received=-2)


def test_a_deleted_tile_takes_its_likes_with_it() -> None:
    heard = KnownTile(tile_id=5, canvas_id=7, creator_id=1, like_count=3, is_deleted=True, seq=11)
    assert difference(TILE, heard) == Counts(tiles_created=-1, likes_received=-3)


def test_a_tile_first_heard_of_when_it_was_deleted_counts_for_nothing() -> None:
    heard = KnownTile(tile_id=5, canvas_id=7, creator_id=1, like_count=3, is_deleted=True, seq=11)
    assert difference(None, heard) == Counts()


def known_from(event: CanvasEvent) -> tuple[int, Known]:
    """The artist an event is about, and what it says."""
    if isinstance(event, TileEvent):
        deleted = isinstance(event, TileDeleted)
        return event.creator_id, KnownTile(
            event.tile_id, event.canvas_id, event.creator_id, event.like_count, deleted, event.seq
        )
    assert isinstance(event, CanvasCreated | CanvasDeleted)
    deleted = isinstance(event, CanvasDeleted)
    return event.owner_id, KnownCanvas(event.canvas_id, event.owner_id, deleted, event.seq)


@given(told())
def test_any_order_and_repetition_ends_at_the_truth_and_is_never_negative(
    case: tuple[History, list[CanvasEvent]],
) -> None:
    history, events = case
    totals: dict[int, Counts] = {}
    known: dict[tuple[type, int], Known] = {}
    for event in events:
        artist, heard = known_from(event)
        thing = (type(heard), heard.tile_id if isinstance(heard, KnownTile) else heard.canvas_id)
        counts = difference(known.get(thing), heard)
        if counts is not None:
            known[thing] = heard
            totals[artist] = totals.get(artist, Counts()) - (Counts() - counts)
        assert_not_negative(totals)
    assert totals == history.truth


def assert_not_negative(totals: Mapping[int, Counts]) -> None:
    for counts in totals.values():
        assert min(counts.tiles_created, counts.likes_received, counts.canvases_created) >= 0


def test_an_artist_keeps_their_default_colour_and_neighbours_differ() -> None:
    assert default_avatar_color(8) == default_avatar_color(8)
    assert default_avatar_color(8) != default_avatar_color(9)
    assert default_avatar_color(2**63 - 1) in AVATAR_COLORS


@pytest.mark.parametrize("name", ["a", "Ann_1", "x" * 50])
def test_what_can_be_a_username_is_looked_up(name: str) -> None:
    assert can_be_username(name)


@pytest.mark.parametrize("name", ["", "x" * 51, "a b", "a\x00", "\uff41nn", "ann\n"])
def test_what_cannot_be_a_username_is_not(name: str) -> None:
    assert not can_be_username(name)
