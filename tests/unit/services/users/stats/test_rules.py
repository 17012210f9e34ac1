"""Rules of stats: what each event counts for."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given

from services.users.stats.rules import Counts, Known, KnownCanvas, KnownTile, compute_difference
from shared.messaging.contracts import CanvasCreated, CanvasDeleted, CanvasEvent, TileDeleted, TileEvent
from tests.support.histories import CanvasHistory, draw_events

TILE = KnownTile(tile_id=5, canvas_id=7, creator_id=1, like_count=3, is_deleted=False, seq=10)


def test_the_first_event_of_a_tile_counts_it_and_its_likes() -> None:
    assert compute_difference(None, TILE) == Counts(tiles_created=1, likes_received=3)


@pytest.mark.parametrize("seq", [10, 9])
def test_an_event_that_is_not_newer_changes_nothing(seq: int) -> None:
    received = KnownTile(tile_id=5, canvas_id=7, creator_id=1, like_count=8, is_deleted=True, seq=seq)
    assert compute_difference(TILE, received) is None


def test_a_newer_total_of_likes_counts_by_its_difference() -> None:
    received = KnownTile(tile_id=5, canvas_id=7, creator_id=1, like_count=1, is_deleted=False, seq=11)
    assert compute_difference(TILE, received) == Counts(likes_received=-2)


def test_a_deleted_tile_no_longer_counts_and_neither_do_its_likes() -> None:
    received = KnownTile(tile_id=5, canvas_id=7, creator_id=1, like_count=3, is_deleted=True, seq=11)
    assert compute_difference(TILE, received) == Counts(tiles_created=-1, likes_received=-3)


def test_a_tile_whose_first_event_is_its_deletion_counts_for_nothing() -> None:
    received = KnownTile(tile_id=5, canvas_id=7, creator_id=1, like_count=3, is_deleted=True, seq=11)
    assert compute_difference(None, received) == Counts()


def known_from(event: CanvasEvent) -> tuple[int, Known]:
    """The artist and the state that an event carries."""
    if isinstance(event, TileEvent):
        deleted = isinstance(event, TileDeleted)
        assert event.creator_id is not None
        return event.creator_id, KnownTile(
            event.tile_id, event.canvas_id, event.creator_id, event.like_count, deleted, event.seq
        )
    assert isinstance(event, CanvasCreated | CanvasDeleted)
    deleted = isinstance(event, CanvasDeleted)
    return event.owner_id, KnownCanvas(event.canvas_id, event.owner_id, deleted, event.seq)


@given(draw_events())
def test_events_in_any_order_and_repeated_give_exact_counts_never_negative(
    case: tuple[CanvasHistory, list[CanvasEvent]],
) -> None:
    history, events = case
    totals: dict[int, Counts] = {}
    known: dict[tuple[type, int], Known] = {}
    for event in events:
        artist, received = known_from(event)
        thing = (type(received), received.tile_id if isinstance(received, KnownTile) else received.canvas_id)
        counts = compute_difference(known.get(thing), received)
        if counts is not None:
            known[thing] = received
            totals[artist] = totals.get(artist, Counts()) - (Counts() - counts)
        assert_not_negative(totals)
    assert totals == history.truth


def assert_not_negative(totals: Mapping[int, Counts]) -> None:
    for counts in totals.values():
        assert min(counts.tiles_created, counts.likes_received, counts.canvases_created) >= 0
