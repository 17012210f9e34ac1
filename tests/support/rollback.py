"""A canvas to roll back, and the moments to roll it back to."""

from __future__ import annotations

import zlib
from typing import Any

import psycopg2.extensions

from tests.support.tiles import TilesClient, account_id, painted

MODERATOR = ("moderator",)
Cursor = psycopg2.extensions.cursor


class Wall:
    """A free canvas of 4 x 4 cells, and actions on it."""

    def __init__(self, tiles: TilesClient, canvas_id: int) -> None:
        self.tiles = tiles
        self.id = canvas_id

    async def claim(self, who: str, x: int, y: int, colour: int, **fields: Any) -> int:
        tile = await self.tiles.tile(who, self.id, x, y, pixels=painted(colour), **fields)
        return int(tile["id"])

    async def paint(self, who: str, tile_id: int, colour: int) -> None:
        await self.change(who, tile_id, pixels=painted(colour))

    async def change(self, who: str, tile_id: int, **change: Any) -> None:
        response = await self.tiles.call(who, "PUT", f"/tiles/{tile_id}", json=change)
        assert response.status == 200, await response.text()

    async def delete(self, who: str, tile_id: int) -> None:
        assert (await self.tiles.call(who, "DELETE", f"/tiles/{tile_id}")).status == 204

    async def roll_back(self, since: str, *, check: bool = True, **order: Any) -> dict[str, Any]:
        """Roll back; with `check`, first verify that the preview shows the same and does nothing."""
        path, order = f"/admin/canvases/{self.id}/rollback", {"since": since, **order}
        if check:
            before = await self.shown()
            preview = await self._post(path, {**order, "dry_run": True})
            assert preview["dry_run"] is True
            assert await self.shown() == before
            done = await self._post(path, order)
            changed = done["reverted"] + done["removed"] + done["restored"]
            assert {**done, "dry_run": True, "seq": done["seq"] - changed} == preview
            return done
        return await self._post(path, order)

    async def _post(self, path: str, order: dict[str, Any]) -> dict[str, Any]:
        response = await self.tiles.call("mod", "POST", path, json=order, roles=MODERATOR)
        assert response.status == 200, await response.text()
        answer: dict[str, Any] = await response.json()
        return answer

    async def shown(self) -> dict[tuple[int, int], dict[str, Any]]:
        """Return the tiles by cell."""
        response = await self.tiles.call("owner", "GET", f"/tiles/canvas/{self.id}")
        return {(tile["x"], tile["y"]): tile for tile in (await response.json())["items"]}

    async def colours(self) -> dict[tuple[int, int], str]:
        """Return the pixels by cell."""
        return {cell: tile["pixels"] for cell, tile in (await self.shown()).items()}

    async def canvas(self) -> dict[str, Any]:
        canvas: dict[str, Any] = await (await self.tiles.call("owner", "GET", f"/canvases/{self.id}")).json()
        return canvas


def now(sql: Cursor) -> str:
    """Return the current time, by the clock of the database."""
    sql.execute("SELECT clock_timestamp()")
    ((moment,),) = sql.fetchall()
    return str(moment.isoformat())


def paint_a_wall(sql: Cursor, canvas_id: int, *, columns: int, rows: int, size: int, revisions: int) -> None:
    """Make tiles in all cells, by ann; then `revisions` strokes on each by the vandal, a minute later."""
    ann, vandal, tiles = account_id("ann"), account_id("vandal"), columns * rows
    sql.execute(
        "INSERT INTO artists (id, username) VALUES (%s, 'ann'), (%s, 'vandal') ON CONFLICT DO NOTHING",
        (ann, vandal),
    )
    sql.execute(
        "INSERT INTO tiles (canvas_id, x, y, size, pixels, is_public, creator_id, version)"
        " SELECT %s, n %% %s, n / %s, %s, %s, true, %s, %s FROM generate_series(0, %s - 1) AS n",
        (canvas_id, columns, columns, size, bytes([9]) * size * size, ann, 1 + revisions, tiles),
    )
    sql.execute(
        "INSERT INTO revisions"
        " (tile_id, version, canvas_id, seq, x, y, author_id, kind, pixels, details, occurred_at)"
        " SELECT id, 1, canvas_id, id, x, y, %s, 'created', %s, %s, now() - interval '2 minutes' FROM tiles"
        " WHERE canvas_id = %s",
        (ann, zlib.compress(bytes([1]) * size * size),
         '{"title": null, "description": null, "is_public": true}', canvas_id),
    )  # fmt: skip
    sql.execute(
        "INSERT INTO revisions (tile_id, version, canvas_id, seq, x, y, author_id, kind, stroke, occurred_at)"
        " SELECT id, 1 + n, canvas_id, 1, x, y, %s, 'stroke', %s, now() - interval '1 minute'"
        " FROM generate_series(1, %s) AS n, tiles WHERE canvas_id = %s",
        (vandal, b"\0\0\x09", revisions, canvas_id),
    )
    sql.execute("UPDATE canvases SET tile_count = %s WHERE id = %s", (tiles, canvas_id))
    sql.execute("ANALYZE revisions, tiles")


def half_a_minute_before_the_strokes(sql: Cursor) -> str:
    sql.execute("SELECT max(occurred_at) - interval '30 seconds' FROM revisions WHERE kind = 'stroke'")
    ((moment,),) = sql.fetchall()
    return str(moment.isoformat())
