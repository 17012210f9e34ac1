"""Canvases in `place` mode: their settings, and what nobody can claim on them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.tiles import BLANK, TilesClient

SETTINGS = ("cooldown_seconds", "max_charges", "starts_at", "ends_at", "frozen")


async def refusal(tiles: TilesClient, who: str | None, method: str, path: str, **kwargs: Any) -> Any:
    """Return the status and code of a call that is refused."""
    response = await tiles.call(who, method, path, **kwargs)
    return response.status, (await response.json())["code"]


def settings_of(canvas: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(canvas[name] for name in SETTINGS)


async def test_a_canvas_to_place_on_has_a_cooldown_and_charges_by_default(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(collaboration_mode="place")
    assert settings_of(canvas) == (10, 6, None, None, False)
    listed = (await (await tiles.call(None, "GET", "/canvases")).json())["items"][0]
    assert settings_of(listed) == (10, 6, None, None, False)


async def test_other_canvases_have_none_of_these_settings(tiles: TilesClient) -> None:
    assert settings_of(await tiles.canvas()) == (None, None, None, None, False)
    draft = {"name": "A wall", "width": 64, "height": 64, "tile_size": 16, "palette": "pico-8"}
    response = await tiles.call("ann", "POST", "/canvases", json={**draft, "max_charges": 5})
    assert response.status == 422
    assert (await response.json())["errors"][0]["loc"] == ["body", "max_charges"]


async def test_each_setting_is_changed_by_itself(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(collaboration_mode="place", cooldown_seconds=5, max_charges=9)
    start, end = "2030-01-01T00:00:00Z", "2030-01-02T00:00:00Z"
    for change, expected in (
        ({"cooldown_seconds": 0}, (0, 9, None, None, False)),
        ({"max_charges": 1000}, (0, 1000, None, None, False)),
        ({"starts_at": "2030-01-01T02:00:00+02:00", "ends_at": end}, (0, 1000, start, end, False)),
        ({"frozen": True}, (0, 1000, start, end, True)),
        ({"starts_at": None}, (0, 1000, None, end, True)),
    ):
        response = await tiles.call("owner", "PATCH", f"/canvases/{canvas['id']}", json=change)
        assert settings_of(await response.json()) == expected


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"cooldown_seconds": -1}, "cooldown_seconds"),
        ({"cooldown_seconds": 3601}, "cooldown_seconds"),
        ({"cooldown_seconds": None}, "cooldown_seconds"),
        ({"max_charges": 0}, "max_charges"),
        ({"max_charges": 1001}, "max_charges"),
        ({"starts_at": "tomorrow"}, "starts_at"),
        ({"ends_at": "2030-01-01T00:00:00"}, "ends_at"),
        ({"starts_at": "2030-01-01T00:00:00Z", "ends_at": "2030-01-01T00:00:00Z"}, "ends_at"),
        ({"frozen": "yes"}, "frozen"),
    ],
)
async def test_a_setting_out_of_range_is_refused_by_name(
    tiles: TilesClient, change: dict[str, Any], field: str
) -> None:
    canvas = await tiles.canvas(collaboration_mode="place")
    response = await tiles.call("owner", "PATCH", f"/canvases/{canvas['id']}", json=change)
    assert response.status == 422
    assert (await response.json())["errors"][0]["loc"] == ["body", field]


async def test_no_canvas_enters_or_leaves_the_place_mode(tiles: TilesClient) -> None:
    placed, free = await tiles.canvas(collaboration_mode="place"), await tiles.canvas()
    for canvas, change, code in (
        (placed, {"collaboration_mode": "free"}, "mode_fixed"),
        (free, {"collaboration_mode": "place"}, "mode_fixed"),
        (free, {"frozen": True}, "wrong_mode"),
    ):
        path = f"/canvases/{canvas['id']}"
        assert await refusal(tiles, "owner", "PATCH", path, json=change) == (409, code)


@pytest.mark.parametrize(
    ("artist", "roles", "status"),
    [(None, (), 401), ("stranger", (), 403), ("owner", (), 200), ("mod", ("moderator",), 200)],
)
async def test_only_owner_and_moderators_change_the_settings(
    tiles: TilesClient, artist: str | None, roles: tuple[str, ...], status: int
) -> None:
    canvas = await tiles.canvas(collaboration_mode="place")
    response = await tiles.call(
        artist, "PATCH", f"/canvases/{canvas['id']}", json={"frozen": True}, roles=roles
    )
    assert response.status == status


async def test_nobody_claims_on_a_canvas_to_place_on(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(collaboration_mode="place")
    draft = {"canvas_id": canvas["id"], "x": 0, "y": 0, "pixels": BLANK}
    area = {"x": 0, "y": 0, "columns": 1, "rows": 1}
    areas = f"/canvases/{canvas['id']}/areas"
    for who in ("ann", "owner"):
        assert await refusal(tiles, who, "POST", "/tiles", json=draft) == (409, "no_claims")
        assert await refusal(tiles, who, "POST", areas, json=area) == (409, "no_claims")
        assert await refusal(tiles, who, "GET", areas) == (409, "no_claims")
        assert await refusal(tiles, who, "GET", f"/canvases/{canvas['id']}/reviews") == (409, "no_claims")


async def test_a_newcomer_sees_all_charges(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(collaboration_mode="place", max_charges=7)
    response = await tiles.call("ann", "GET", f"/canvases/{canvas['id']}/charges")
    assert await response.json() == {
        "charges": 7, "max_charges": 7, "next_charge_at": None, "full_at": None,
    }  # fmt: skip


async def test_charges_are_shown_to_those_who_may_place(tiles: TilesClient) -> None:
    private = await tiles.canvas(collaboration_mode="place", is_public=False)
    free = await tiles.canvas()
    for who, canvas, expected in (
        (None, private, (401, "not_authenticated")),
        ("stranger", private, (404, "canvas_not_found")),
        ("ann", free, (409, "wrong_mode")),
    ):
        assert await refusal(tiles, who, "GET", f"/canvases/{canvas['id']}/charges") == expected
