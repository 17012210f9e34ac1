"""Canvases: what can be created, and who can see it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.tiles import TilesClient

DRAFT = {"name": "A wall", "width": 64, "height": 128, "tile_size": 16, "palette": "pico-8"}


async def test_a_canvas_is_returned_as_the_contract_says(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("ann", height=128, palette=["#FF0000", "#00ff00"])
    assert set(canvas) == {
        "id", "name", "description", "width", "height", "tile_size", "columns", "rows", "palette",
        "paper_color", "collaboration_mode", "max_tiles_per_user", "is_public", "is_active", "owner",
        "tile_count", "chat", "who_paints", "is_archived", "cooldown_seconds", "max_charges",
        "starts_at", "ends_at", "frozen", "created_at", "updated_at",
    }  # fmt: skip
    assert (canvas["columns"], canvas["rows"]) == (4, 8)
    assert canvas["palette"] == ["#ff0000", "#00ff00"]
    assert canvas["paper_color"] == "#ffffff"
    assert canvas["collaboration_mode"] == "tile-lock"
    assert canvas["max_tiles_per_user"] == 10
    assert canvas["owner"]["username"] == "ann"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "ab"}, "name"),
        ({"name": "   x   "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "nul\x00inside"}, "name"),
        ({"name": 7}, "name"),
        ({"name": "\u200b\u2060\u3164"}, "name"),
        ({"description": "\u202egnp.exe"}, "description"),
        ({"width": 63}, "width"),
        ({"width": 100}, "width"),
        ({"width": 8193}, "width"),
        ({"width": "64"}, "width"),
        ({"width": True}, "width"),
        ({"height": 16384}, "height"),
        ({"tile_size": 20}, "tile_size"),
        ({"palette": "no-such"}, "palette"),
        ({"palette": ["#ffffff"]}, "palette"),
        ({"palette": ["#fff", "#000000"]}, "palette"),
        ({"palette": ["#000000"] * 256}, "palette"),
        ({"paper_color": "white"}, "paper_color"),
        ({"max_tiles_per_user": 0}, "max_tiles_per_user"),
        ({"max_tiles_per_user": 33}, "max_tiles_per_user"),
        ({"collaboration_mode": "anarchy"}, "collaboration_mode"),
        ({"surprise": 1}, "surprise"),
    ],
)
async def test_a_canvas_that_breaks_a_rule_is_refused_by_field(
    tiles: TilesClient, change: dict[str, Any], field: str
) -> None:
    response = await tiles.call("ann", "POST", "/canvases", json={**DRAFT, **change})
    problem = await response.json()
    assert response.status == 422, problem
    assert response.content_type == "application/problem+json"
    assert field in problem["errors"][0]["loc"]
    assert (await (await tiles.call("ann", "GET", "/canvases")).json())["items"] == []


@pytest.mark.parametrize(
    ("palette", "place"),
    [
        ("no-such", ["name"]),
        (None, ["name"]),
        ([], ["colours"]),
        (["#000000", "#fff"], ["colours", 1]),
        (["#000000"] * 256, ["colours"]),
    ],
)
async def test_a_palette_has_one_fault_which_says_where_it_is(
    tiles: TilesClient, palette: Any, place: list[str | int]
) -> None:
    response = await tiles.call("ann", "POST", "/canvases", json={**DRAFT, "palette": palette})
    faults = [fault["loc"] for fault in (await response.json())["errors"]]
    assert faults == [["body", "palette", *place]]


async def test_a_guest_cannot_create_a_canvas(tiles: TilesClient) -> None:
    response = await tiles.call(None, "POST", "/canvases", json=DRAFT)
    assert response.status == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_a_private_canvas_exists_only_for_its_owner_and_moderators(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("ann", is_public=False)
    path = f"/canvases/{canvas['id']}"
    assert (await tiles.call("ann", "GET", path)).status == 200
    assert (await tiles.call("mod", "GET", path, roles=("moderator",))).status == 200
    assert (await tiles.call("bob", "GET", path)).status == 404
    assert (await tiles.call(None, "GET", path)).status == 404
    assert (await (await tiles.call("bob", "GET", "/canvases")).json())["items"] == []
    assert len((await (await tiles.call("ann", "GET", "/canvases")).json())["items"]) == 1


async def test_lists_are_paged_without_loss_or_repetition(tiles: TilesClient) -> None:
    made = [(await tiles.canvas("ann"))["id"] for _ in range(5)]
    seen: list[int] = []
    cursor = None
    while True:
        params = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = await (await tiles.call(None, "GET", "/canvases", params=params)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == made


@pytest.mark.parametrize("params", [{"limit": "0"}, {"limit": "501"}, {"limit": "x"}, {"cursor": "!!"}])
async def test_invalid_paging_parameters_are_refused(tiles: TilesClient, params: dict[str, str]) -> None:
    assert (await tiles.call(None, "GET", "/canvases", params=params)).status == 422


@pytest.mark.parametrize("canvas_id", ["999", "0", "-1", "x", "9223372036854775808", "9" * 30, "%00", "1.5"])
async def test_an_unknown_id_is_404(tiles: TilesClient, canvas_id: str) -> None:
    response = await tiles.call(None, "GET", f"/canvases/{canvas_id}")
    assert response.status == 404
    assert (await response.json())["request_id"] == response.headers["X-Request-Id"]


async def test_an_unchanged_canvas_is_not_sent_twice(tiles: TilesClient) -> None:
    path = f"/canvases/{(await tiles.canvas())['id']}"
    tag = (await tiles.call(None, "GET", path)).headers["ETag"]
    response = await tiles.call(None, "GET", path, headers={"If-None-Match": tag})
    assert response.status == 304
    assert await response.read() == b""
