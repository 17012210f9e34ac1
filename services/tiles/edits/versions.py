"""The one way in which tiles change: a new version, its revision and its event.

A claim, an edit, a stroke, an approval, a revert, a deletion and a step of a rollback all end here.
Everything is deferred to the flush or the COMMIT, one statement per table however many tiles change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import orjson

from services.tiles.canvases.journal import CanvasChanges, View, view
from services.tiles.edits import store
from services.tiles.edits.rules import NewStroke, NewVersion, Version
from services.tiles.revisions.rules import Kind
from services.tiles.revisions.store import defer_keep
from services.tiles.tiles.rules import Tile
from services.tiles.tiles.schemas import tile_json
from shared.db import Connection
from shared.messaging.contracts import TileCreated, TileDeleted, TileUpdated
from shared.messaging.contracts.tiles import Cause

PAINTED = "tile.painted"
"""The kind of a stroke; only viewers receive strokes, so that it is no event of services."""

_EVENTS: Mapping[Kind, tuple[type[TileCreated] | type[TileUpdated] | type[TileDeleted], int]] = {
    Kind.CREATED: (TileCreated, 1),
    Kind.RESTORED: (TileCreated, 1),
    Kind.DELETED: (TileDeleted, -1),
}
"""By kind of revision, its event and what it adds to the canvas's number of tiles; others are TileUpdated."""


_ROWS: Mapping[Kind, Callable[[Connection, Sequence[Tile]], None]] = {
    Kind.DELETED: store.defer_delete,
    Kind.RESTORED: store.defer_restore,
}
"""By kind of revision, how tiles are stored; others are updated."""


def defer_versions(conn: Connection, changes: CanvasChanges, versions: Sequence[NewVersion]) -> None:
    """Store new versions of whole tiles with their revisions and events; each tile is in one version only."""
    stored: dict[Callable[[Connection, Sequence[Tile]], None], list[Tile]] = {}
    for version in versions:
        kind = version.change.kind
        # A created tile is stored already: its id was needed.
        if kind is not Kind.CREATED:
            stored.setdefault(_ROWS.get(kind, store.defer_update), []).append(version.change.tile)
    for defer, tiles in stored.items():
        defer(conn, tiles)
    _defer_trail(conn, changes, versions)


def defer_batch(
    conn: Connection, changes: CanvasChanges, tiles: Collection[Tile], versions: Sequence[Version]
) -> None:
    """Store the `tiles` that a batch leaves, once each, with the revisions and events of all its versions."""
    store.defer_update(conn, list(tiles))
    _defer_trail(conn, changes, versions)


def _defer_trail(conn: Connection, changes: CanvasChanges, versions: Sequence[Version]) -> None:
    """Keep the revision of each version and record its change, in order of the numbers."""
    defer_keep(conn, [version.change for version in versions])
    for version in versions:
        stroke, tile = version.change.stroke, version.change.tile
        changes.use(tile.canvas_id, tile.pixels if stroke is None else stroke[2::3])
        if isinstance(version, NewStroke):
            changes.add_unpublished(tile.canvas_id, _view(version))
        else:
            _record(changes, version)


def _record(changes: CanvasChanges, version: NewVersion) -> None:
    """Record a version of a whole tile: its event, unless only pixels differ, which no service counts.

    Viewers of the canvas get the whole tile, or `"tile": null` if it is gone or a draft now.
    """
    change, tile = version.change, version.change.tile
    event_type, tiles_added = _EVENTS.get(change.kind, (TileUpdated, 0))
    shown = None
    if tile.is_public and change.kind is not Kind.DELETED:
        version.json = tile_json(tile)
        shown = orjson.Fragment(version.json)
    fields = {"tile_id": tile.id, "x": tile.x, "y": tile.y, "tile": shown}
    if version.is_repaint:
        repaint = view(event_type.type, change.seq, **fields)
        changes.add_unpublished(tile.canvas_id, repaint, redraws=version.redraws)
        return
    event = event_type(
        canvas_id=tile.canvas_id,
        seq=change.seq,
        tile_id=tile.id,
        creator_id=tile.creator_id,
        actor_id=version.actor_id,
        version=tile.version,
        like_count=tile.like_count,
        is_public=tile.is_public,
        cause=_cause_of(version),
        x=tile.x,
        y=tile.y,
        traceparent=version.traceparent,
    )
    changes.add(event, fields, redraws=version.redraws, tiles_added=tiles_added)


def _cause_of(version: NewVersion) -> Cause:
    if version.is_rollback:
        return "rollback"
    return "revert" if version.change.kind is Kind.REVERTED else "edit"


def _view(stroke: NewStroke) -> View:
    """Build what viewers get of a stroke; of a draft, that it changed but not its pixels."""
    change = stroke.change
    return view(
        PAINTED,
        change.seq,
        tile_id=change.tile.id,
        version=change.version,
        artist_id=change.author_id,
        pixels=stroke.stroke.pixels if change.tile.is_public else [],
    )
