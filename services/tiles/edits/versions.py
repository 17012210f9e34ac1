"""The one way in which tiles change: a new version, its revision and its event.

A claim, an edit, a stroke, an approval, a revert, a deletion and a step of a rollback all end here.
Everything is deferred to the flush or the COMMIT, one statement per table however many tiles change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import orjson

from services.tiles.canvases.journal import CanvasChanges, view
from services.tiles.edits import store
from services.tiles.edits.rules import NewStroke, NewVersion, Version
from services.tiles.revisions.rules import Kind
from services.tiles.revisions.store import defer_keep
from services.tiles.tiles.rules import Tile
from services.tiles.tiles.schemas import tile_json
from shared.db import Connection
from shared.messaging.contracts import TileCreated, TileDeleted, TilePainted, TileUpdated
from shared.messaging.contracts.tiles import Cause

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
    """Keep the revision of each version and record its event, canvas by canvas in order of the numbers."""
    defer_keep(conn, [version.change for version in versions])
    by_canvas: dict[int, list[Version]] = {}
    for version in versions:
        by_canvas.setdefault(version.change.tile.canvas_id, []).append(version)
    for canvas_id, of_canvas in by_canvas.items():
        strokes: list[NewStroke] = []
        for version in of_canvas:
            if isinstance(version, NewStroke):
                strokes.append(version)
                continue
            _record_strokes(changes, canvas_id, strokes)
            strokes = []
            _record(changes, version)
        _record_strokes(changes, canvas_id, strokes)


def _record(changes: CanvasChanges, version: NewVersion) -> None:
    """Record the event of a version of a whole tile.

    Viewers of the canvas get the whole tile, or `"tile": null` if it is gone or a draft now.
    """
    change, tile = version.change, version.change.tile
    event_type, tiles_added = _EVENTS.get(change.kind, (TileUpdated, 0))
    shown = None
    if tile.is_public and change.kind is not Kind.DELETED:
        version.json = tile_json(tile)
        shown = orjson.Fragment(version.json)
    event = event_type(
        canvas_id=tile.canvas_id,
        seq=change.seq,
        tile_id=tile.id,
        creator_id=tile.creator.id,
        actor_id=version.actor_id,
        version=tile.version,
        like_count=tile.like_count,
        is_public=tile.is_public,
        cause=_cause_of(version),
        x=tile.x,
        y=tile.y,
        view=view(event_type, change.seq, tile_id=tile.id, x=tile.x, y=tile.y, tile=shown),
        traceparent=version.traceparent,
    )
    changes.add(event, redraws=version.redraws, tiles_added=tiles_added)


def _cause_of(version: NewVersion) -> Cause:
    if version.is_rollback:
        return "rollback"
    return "revert" if version.change.kind is Kind.REVERTED else "edit"


def _record_strokes(changes: CanvasChanges, canvas_id: int, strokes: Sequence[NewStroke]) -> None:
    """Record one event for strokes that follow each other, each encoded once for journal and outbox."""
    if not strokes:
        return
    views = [orjson.Fragment(orjson.dumps(_view(stroke))) for stroke in strokes]
    # Not validated: it holds up to 500 strokes that were checked one by one.
    changes.add(TilePainted.model_construct(canvas_id=canvas_id, seq=strokes[-1].change.seq, views=views))


def _view(stroke: NewStroke) -> dict[str, object]:
    """Build what viewers get of a stroke; of a draft, that it changed but not its pixels."""
    change = stroke.change
    return view(
        TilePainted,
        change.seq,
        tile_id=change.tile.id,
        version=change.version,
        artist_id=change.author_id,
        pixels=stroke.stroke.pixels if change.tile.is_public else [],
    )
