"""Time-lapse: the history of a canvas as an animation."""

from __future__ import annotations

import io
from typing import Any

import psycopg2
import pytest
from PIL import Image, ImageColor

from services.tiles.canvases.rules import PALETTES
from services.tiles.timelapse import history, store
from services.tiles.timelapse.rules import MAX_SIDE, changes_per_frame, reduction
from tests.support.tiles import TilesClient, painted

PALETTE = [ImageColor.getrgb(colour) for colour in PALETTES["pico-8"]]
MODERATOR = ("moderator",)


async def frames(
    tiles: TilesClient, canvas_id: int, who: str | None = None, **params: Any
) -> list[Image.Image]:
    response = await tiles.call(
        who, "GET", f"/canvases/{canvas_id}/timelapse.png", params={k: str(v) for k, v in params.items()}
    )
    assert response.status == 200, await response.text()
    assert response.content_type == "image/png"
    with Image.open(io.BytesIO(await response.read())) as animation:
        shown = []
        for number in range(getattr(animation, "n_frames", 1)):
            animation.seek(number)
            shown.append(animation.convert("RGBA"))
    return shown


def colour_at(frame: Image.Image, x: int, y: int) -> int:
    """Return the palette index of a pixel, 0 if it is transparent."""
    *rgb, alpha = frame.getpixel((x, y))  # type: ignore[misc]
    return 0 if alpha == 0 else 1 + PALETTE.index(tuple(rgb))


async def painted_canvas(tiles: TilesClient, **fields: Any) -> tuple[dict[str, Any], str]:
    """Create a canvas with one tile that was painted in 1, 2 and 3."""
    canvas = await tiles.canvas("owner", **fields)
    tile = await tiles.tile("ann", canvas["id"], 1, 2, pixels=painted(1))
    for colour in (2, 3):
        await tiles.call("ann", "PUT", f"/tiles/{tile['id']}", json={"pixels": painted(colour)})
    return canvas, f"/tiles/{tile['id']}"


async def test_it_shows_every_change_in_order_from_the_empty_canvas_to_now(tiles: TilesClient) -> None:
    canvas, _ = await painted_canvas(tiles)
    shown = await frames(tiles, canvas["id"])
    assert [frame.size for frame in shown] == [(64, 64)] * 4
    assert [colour_at(frame, 16, 32) for frame in shown] == [0, 1, 2, 3]
    assert {colour_at(frame, 15, 32) for frame in shown} == {0}


async def test_strokes_are_shown_where_they_were_painted(tiles: TilesClient, database_url: str) -> None:
    canvas, _ = await painted_canvas(tiles)
    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO revisions (tile_id, version, canvas_id, seq, x, y, author_id, kind, stroke)"
            " SELECT tile_id, 4, canvas_id, 5, x, y, author_id, 'stroke', %s"
            " FROM revisions WHERE version = 1",
            (bytes([0, 17, 9]),),
        )
    connection.close()
    *_, before, after = await frames(tiles, canvas["id"])
    assert (colour_at(before, 17, 33), colour_at(after, 17, 33), colour_at(after, 18, 33)) == (3, 9, 3)


async def test_there_are_at_most_as_many_frames_as_requested_and_the_last_is_current(
    tiles: TilesClient,
) -> None:
    canvas, path = await painted_canvas(tiles)
    for colour in range(4, 16):
        await tiles.call("ann", "PUT", path, json={"pixels": painted(colour)})
    shown = await frames(tiles, canvas["id"], frames=5)
    assert len(shown) == 5
    assert (colour_at(shown[0], 16, 32), colour_at(shown[-1], 16, 32)) == (0, 15)


async def test_deleted_tiles_and_drafts_are_not_shown(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner")
    draft = await tiles.tile("ann", canvas["id"], 0, 0, pixels=painted(1))
    deleted = await tiles.tile("ann", canvas["id"], 1, 0, pixels=painted(2))
    await tiles.call("ann", "PUT", f"/tiles/{draft['id']}", json={"is_public": False})
    await tiles.call("ann", "DELETE", f"/tiles/{deleted['id']}")
    for who in (None, "owner"):
        shown = await frames(tiles, canvas["id"], who)
        assert {colour_at(frame, x, 0) for frame in shown for x in (0, 16)} == {0}


async def test_a_longer_history_begins_with_the_canvas_as_it_was(
    tiles: TilesClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas, _ = await painted_canvas(tiles)
    await tiles.tile("bob", canvas["id"], 0, 0, pixels=painted(7))
    monkeypatch.setattr(store, "MAX_CHANGES", 2)
    monkeypatch.setattr(history, "SHOTS", 1)
    monkeypatch.setattr(history, "TILES", 1)
    shown = await frames(tiles, canvas["id"])
    assert [(colour_at(frame, 16, 32), colour_at(frame, 0, 0)) for frame in shown] == [(2, 0), (3, 0), (3, 7)]


async def test_it_is_the_same_until_something_changes(tiles: TilesClient) -> None:
    canvas, path = await painted_canvas(tiles)
    lapse = f"/canvases/{canvas['id']}/timelapse.png"
    tag = (await tiles.call(None, "GET", lapse)).headers["ETag"]
    assert (await tiles.call(None, "GET", lapse, headers={"If-None-Match": tag})).status == 304
    await tiles.call("ann", "PUT", path, json={"pixels": painted(4)})
    assert (await tiles.call(None, "GET", lapse, headers={"If-None-Match": tag})).status == 200


async def test_a_private_canvas_is_shown_to_its_owner_and_moderators(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner", is_public=False)
    path = f"/canvases/{canvas['id']}/timelapse.png"
    for who, roles, status in [
        (None, (), 404), ("bob", (), 404), ("owner", (), 200), ("mod", MODERATOR, 200),
    ]:  # fmt: skip
        assert (await tiles.call(who, "GET", path, roles=roles)).status == status
    assert (await tiles.call(None, "GET", "/canvases/99/timelapse.png")).status == 404


@pytest.mark.parametrize("count", ["1", "121", "x"])
async def test_a_length_beyond_its_bounds_is_refused(tiles: TilesClient, count: str) -> None:
    canvas = await tiles.canvas("owner")
    path = f"/canvases/{canvas['id']}/timelapse.png"
    assert (await tiles.call(None, "GET", path, params={"frames": count})).status == 422


async def test_a_large_canvas_is_shown_smaller(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner", width=2048, height=64)
    await tiles.tile("ann", canvas["id"], 127, 3, pixels=painted(5))
    shown = await frames(tiles, canvas["id"])
    assert shown[-1].size == (512, 16)
    assert (colour_at(shown[-1], 511, 15), colour_at(shown[-1], 507, 15)) == (5, 0)


@pytest.mark.parametrize(("side", "step"), [(64, 1), (512, 1), (528, 2), (1040, 4), (8192, 16)])
def test_a_reduction_divides_every_tile(side: int, step: int) -> None:
    assert reduction(side, 64, MAX_SIDE) == reduction(64, side, MAX_SIDE) == step


@pytest.mark.parametrize(
    ("changes", "frames", "every"), [(0, 60, 1), (1, 2, 1), (59, 60, 1), (60, 60, 2), (100_000, 60, 1695)]
)
def test_frames_are_spread_evenly_over_the_changes(changes: int, frames: int, every: int) -> None:
    assert changes_per_frame(changes, frames) == every
    assert -(-changes // every) + 1 <= frames
