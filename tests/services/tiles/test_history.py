"""History: every change is kept, and can be shown and brought back."""

from __future__ import annotations

import asyncio
import base64
import zlib
from collections import Counter
from typing import Any

import psycopg2
import pytest
from alembic import command
from alembic.script import ScriptDirectory

from shared.db.migrations import alembic_config, migrate
from tests.support.parts import Databases
from tests.support.tiles import TilesClient, account_id, painted

MODERATOR = ("moderator",)


async def history(
    tiles: TilesClient, path: str, who: str | None = None, **params: str
) -> list[dict[str, Any]]:
    response = await tiles.call(who, "GET", f"{path}/history", params=params)
    assert response.status == 200, await response.text()
    items: list[dict[str, Any]] = (await response.json())["items"]
    return items


async def changed_tile(tiles: TilesClient, **canvas: Any) -> str:
    """Create a tile of ann's at version 3: painted in 1, then in 2, then given a title."""
    tile = await tiles.tile("ann", (await tiles.canvas("owner", **canvas))["id"], pixels=painted(1))
    path = f"/tiles/{tile['id']}"
    for change in ({"pixels": painted(2)}, {"title": "Sea"}):
        assert (await tiles.call("ann", "PUT", path, json=change)).status == 200
    return path


async def test_every_change_is_kept_newest_first(tiles: TilesClient) -> None:
    path = await changed_tile(tiles)
    kept = await history(tiles, path)
    assert [(r["version"], r["kind"], r["seq"]) for r in kept] == [
        (3, "described", 4), (2, "painted", 3), (1, "created", 2),
    ]  # fmt: skip
    assert set(kept[0]) == {"tile_id", "version", "kind", "author", "seq", "occurred_at", "count"}
    assert kept[0]["author"]["username"] == "ann"
    assert kept[0]["occurred_at"] > kept[1]["occurred_at"] > kept[2]["occurred_at"]


async def test_the_author_of_each_change_is_shown_on_a_free_canvas(tiles: TilesClient) -> None:
    path = await changed_tile(tiles, collaboration_mode="free")
    assert (await tiles.call("bob", "PUT", path, json={"pixels": painted(5)})).status == 200
    assert (await history(tiles, path))[0]["author"]["username"] == "bob"


async def test_what_an_artist_paints_within_a_minute_is_one_entry(
    tiles: TilesClient, database_url: str
) -> None:
    tile = await tiles.tile("ann", (await tiles.canvas("owner", collaboration_mode="free"))["id"])
    path = f"/tiles/{tile['id']}"
    for who, offset in (("ann", 0), ("ann", 1), ("bob", 2), ("ann", 3), ("ann", 4), ("ann", 5)):
        stroke = {"pixels": [[offset, 1]]}
        assert (await tiles.call(who, "PATCH", f"{path}/pixels", json=stroke)).status == 200
    assert (await tiles.call("ann", "PUT", path, json={"pixels": painted(2)})).status == 200
    await set_times(
        database_url, tile["id"], dict.fromkeys(range(1, 7), "12:00:30") | {7: "12:01", 8: "12:01"}
    )
    kept = await history(tiles, path)
    assert [(r["version"], r["kind"], r["author"]["username"], r["count"]) for r in kept] == [
        (8, "painted", "ann", 2), (6, "stroke", "ann", 2), (4, "stroke", "bob", 1), (3, "stroke", "ann", 2),
        (1, "created", "ann", 1),
    ]  # fmt: skip


async def test_an_entry_can_be_listed_change_by_change(tiles: TilesClient) -> None:
    path = await changed_tile(tiles, collaboration_mode="free")
    for colour in (3, 4, 5):
        assert (await tiles.call("bob", "PUT", path, json={"pixels": painted(colour)})).status == 200
    one_by_one = await history(tiles, path, until="6", limit="3")
    assert [(r["version"], r["count"]) for r in one_by_one] == [(6, 1), (5, 1), (4, 1)]


async def set_times(database_url: str, tile_id: int, times: dict[int, str]) -> None:
    """Set at which time of one day each version of a tile was made."""

    def update() -> None:
        connection = psycopg2.connect(database_url)
        connection.autocommit = True
        for version, time in times.items():
            connection.cursor().execute(
                "UPDATE revisions SET occurred_at = %s WHERE tile_id = %s AND version = %s",
                (f"2026-06-01 {time}+00", tile_id, version),
            )
        connection.close()

    await asyncio.to_thread(update)


async def test_everybody_who_painted_a_tile_is_listed_the_latest_first(tiles: TilesClient) -> None:
    path = await changed_tile(tiles, collaboration_mode="free")
    stroke = {"pixels": [[0, 1]]}
    for who in ("bob", "cleo", "bob"):
        assert (await tiles.call(who, "PATCH", f"{path}/pixels", json=stroke)).status == 200
    assert (await tiles.call("owner", "POST", f"{path}/revert", json={"version": 1})).status == 200
    seen, cursor = [], None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = await (await tiles.call(None, "GET", f"{path}/artists", params=params)).json()
        seen += [(item["artist"]["username"], item["last_version"]) for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [("bob", 6), ("cleo", 5), ("ann", 2)]


async def test_history_is_paged(tiles: TilesClient) -> None:
    path = await changed_tile(tiles)
    seen, cursor = [], None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = await (await tiles.call(None, "GET", f"{path}/history", params=params)).json()
        seen += [revision["version"] for revision in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [3, 2, 1]


async def test_a_version_is_shown_with_the_pixels_it_had(tiles: TilesClient) -> None:
    path = await changed_tile(tiles)
    shown = [await (await tiles.call(None, "GET", f"{path}/history/{v}")).json() for v in (1, 2, 3)]
    assert [version["pixels"] for version in shown] == [painted(1), painted(2), painted(2)]
    assert [version["kind"] for version in shown] == ["created", "painted", "described"]


async def test_a_version_that_the_client_already_has_is_304(tiles: TilesClient) -> None:
    path = f"{await changed_tile(tiles)}/history/2"
    tag = (await tiles.call(None, "GET", path)).headers["ETag"]
    assert (await tiles.call(None, "GET", path, headers={"If-None-Match": tag})).status == 304


@pytest.mark.parametrize(
    "version", ["0", "4", "2147483647", "9223372036854775807", "99999999999999999999", "x"]
)
async def test_an_unknown_version_is_404(tiles: TilesClient, version: str) -> None:
    path = await changed_tile(tiles)
    assert (await tiles.call(None, "GET", f"{path}/history/{version}")).status == 404


async def test_history_is_visible_to_those_who_can_see_the_tile(tiles: TilesClient) -> None:
    tile = await tiles.tile("ann", (await tiles.canvas("owner"))["id"], is_public=False)
    for path in (f"/tiles/{tile['id']}/history", f"/tiles/{tile['id']}/history/1"):
        for who, roles, status in [
            (None, (), 404), ("bob", (), 404), ("ann", (), 200), ("owner", (), 200), ("mod", MODERATOR, 200),
        ]:  # fmt: skip
            assert (await tiles.call(who, "GET", path, roles=roles)).status == status
    assert (await tiles.call(None, "GET", "/tiles/999/history")).status == 404


async def test_a_reverted_tile_has_the_old_pixels_in_a_new_version(tiles: TilesClient) -> None:
    path = await changed_tile(tiles)
    response = await tiles.call("ann", "POST", f"{path}/revert", json={"version": 1})
    assert response.status == 200
    tile = await response.json()
    assert (tile["version"], tile["pixels"], tile["title"]) == (4, painted(1), "Sea")
    assert await (await tiles.call(None, "GET", path)).json() == tile
    newest = (await history(tiles, path))[0]
    assert (newest["version"], newest["kind"], newest["seq"]) == (4, "reverted", 5)


async def test_only_creator_owner_and_moderator_revert_a_tile(tiles: TilesClient) -> None:
    path = await changed_tile(tiles, collaboration_mode="free")
    for who, roles, status in [
        (None, (), 401), ("bob", (), 403), ("ann", (), 200), ("owner", (), 200), ("mod", MODERATOR, 200),
    ]:  # fmt: skip
        response = await tiles.call(who, "POST", f"{path}/revert", json={"version": 1}, roles=roles)
        assert response.status == status
    assert [r["author"]["username"] for r in await history(tiles, path)][:3] == ["mod", "owner", "ann"]


async def test_a_live_lock_prevents_a_revert(tiles: TilesClient) -> None:
    path = await changed_tile(tiles, collaboration_mode="free")
    assert (await tiles.call("bob", "POST", f"{path}/lock")).status == 201
    for who, roles in [("ann", ()), ("owner", ()), ("mod", MODERATOR)]:
        response = await tiles.call(who, "POST", f"{path}/revert", json={"version": 1}, roles=roles)
        assert (response.status, (await response.json())["code"]) == (409, "tile_locked")


@pytest.mark.parametrize(
    ("version", "status"), [(0, 422), (4, 404), (2**31 - 1, 404), (2**31, 422), ("1", 422)]
)
async def test_reverting_to_an_unknown_version_is_refused(
    tiles: TilesClient, version: Any, status: int
) -> None:
    path = await changed_tile(tiles)
    response = await tiles.call("ann", "POST", f"{path}/revert", json={"version": version})
    assert response.status == status


async def test_of_concurrent_reverts_of_the_same_version_one_wins(tiles: TilesClient) -> None:
    path = await changed_tile(tiles)
    responses = await asyncio.gather(
        *(
            tiles.call("ann", "POST", f"{path}/revert", json={"version": 1}, headers={"If-Match": '"3"'})
            for _ in range(6)
        )
    )
    assert Counter(r.status for r in responses) == {200: 1, 412: 5}


async def test_concurrent_changes_leave_one_revision_each_in_canvas_order(tiles: TilesClient) -> None:
    path = await changed_tile(tiles, collaboration_mode="free")
    await asyncio.gather(
        *(tiles.call(f"a{i}", "PUT", path, json={"pixels": painted(i)}) for i in range(8)),
        *(tiles.call("ann", "POST", f"{path}/revert", json={"version": 1}) for _ in range(4)),
    )
    kept = await history(tiles, path)
    assert [r["version"] for r in kept] == list(range(15, 0, -1))
    assert [r["seq"] for r in kept] == list(range(16, 1, -1))
    assert sorted(kept, key=lambda r: r["occurred_at"], reverse=True) == kept


async def test_a_refused_change_leaves_no_revision(tiles: TilesClient) -> None:
    path = await changed_tile(tiles)
    assert (await tiles.call("bob", "PUT", path, json={"pixels": painted(3)})).status == 403
    assert (
        await tiles.call("ann", "PUT", path, json={"pixels": painted(3)}, headers={"If-Match": "1"})
    ).status == 412
    assert len(await history(tiles, path)) == 3


async def test_the_history_of_a_deleted_tile_is_kept_though_not_shown(
    tiles: TilesClient, database_url: str
) -> None:
    path = await changed_tile(tiles)
    assert (await tiles.call("owner", "DELETE", path)).status == 204
    assert (await tiles.call("ann", "GET", f"{path}/history")).status == 404
    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT version, kind, author_id, details->>'title' FROM revisions ORDER BY version")
        assert cursor.fetchall()[-1] == (4, "deleted", account_id("owner"), "Sea")
    connection.close()


async def test_every_version_of_a_tile_painted_in_strokes_can_be_read_back(
    tiles: TilesClient, database_url: str
) -> None:
    path = await changed_tile(tiles)
    pixels, versions = bytearray(base64.b64decode(painted(2))), {}
    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        for version in range(4, 200):
            pixels[version] = 7
            versions[version] = base64.b64encode(pixels).decode()
            cursor.execute(
                "INSERT INTO revisions"
                " (tile_id, version, canvas_id, seq, x, y, author_id, kind, stroke, pixels)"
                " SELECT tile_id, %s, canvas_id, %s, x, y, author_id, 'stroke', %s, %s"
                " FROM revisions WHERE version = 1",
                (version, version + 1, bytes([0, version, 7]),
                 None if version % 64 else zlib.compress(pixels)),
            )  # fmt: skip
        cursor.execute("UPDATE tiles SET version = 199, pixels = %s", (bytes(pixels),))
    connection.close()
    for version in (4, 63, 64, 65, 127, 128, 199):
        shown = await (await tiles.call(None, "GET", f"{path}/history/{version}")).json()
        assert (shown["kind"], shown["pixels"]) == ("stroke", versions[version])
    reverted = await tiles.call("ann", "POST", f"{path}/revert", json={"version": 100})
    assert (await reverted.json())["pixels"] == versions[100]


def test_the_history_of_a_tile_older_than_revisions_begins_with_its_state(database: Databases) -> None:
    url = database("tiles")
    config = alembic_config("tiles", url)
    before = ScriptDirectory.from_config(config).get_revision("0002").down_revision
    command.upgrade(config, str(before))
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO artists (id, username) VALUES (1, 'ann');"
            "INSERT INTO canvases (owner_id, name, width, height, tile_size, palette, collaboration_mode,"
            " max_tiles_per_user, is_public, seq)"
            " VALUES (1, 'A wall', 64, 64, 16, '{#000000,#ffffff}', 'free', 1, true, 9);"
            "INSERT INTO tiles (canvas_id, x, y, size, pixels, title, is_public, creator_id, version)"
            " SELECT id, 0, 0, 16, %s, 'Sea', true, 1, 5 FROM canvases",
            (bytes([1]) * 256,),
        )
    migrate("tiles", url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT version, seq, kind, pixels, details->>'title' FROM revisions")
        ((version, seq, kind, pixels, title),) = cursor.fetchall()
    connection.close()
    assert (version, seq, kind, title) == (5, 9, "created", "Sea")
    assert zlib.decompress(bytes(pixels)) == bytes([1]) * 256
