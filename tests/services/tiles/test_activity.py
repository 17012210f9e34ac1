"""Activity: who paints on a canvas right now, and how much."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.messaging import sql
from tests.support.placing import place
from tests.support.tiles import TilesClient, account_id


async def activity(tiles: TilesClient, canvas_id: int, minutes: int = 10) -> dict[str, Any]:
    response = await tiles.call(
        "mod",
        "GET",
        f"/admin/canvases/{canvas_id}/activity",
        params={"minutes": str(minutes)},
        roles=("moderator",),
    )
    assert response.status == 200, await response.text()
    shown: dict[str, Any] = await response.json()
    return shown


def painters(shown: dict[str, Any], order: str) -> list[tuple[str, int]]:
    return [(one["artist"]["username"], one["pixels"]) for one in shown[order]]


async def test_artists_are_listed_by_pixels_and_by_newness(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(collaboration_mode="place", cooldown_seconds=0)
    await place(tiles, "ann", canvas["id"], (1, 1, 1), (2, 1, 1))
    await place(tiles, "bob", canvas["id"], (1, 1, 2))
    await place(tiles, "ann", canvas["id"], (40, 1, 1))
    shown = await activity(tiles, canvas["id"])
    assert shown["artist_count"] == 2
    assert sum(one["pixels"] for one in shown["pixels_per_minute"]) == 4
    assert painters(shown, "most_active") == [("ann", 3), ("bob", 1)]
    newest = sorted(["ann", "bob"], key=account_id, reverse=True)
    assert [name for name, _ in painters(shown, "newest")] == newest


async def test_only_the_last_minutes_and_this_canvas_count(tiles: TilesClient) -> None:
    canvas, other = [await tiles.canvas(collaboration_mode="place", cooldown_seconds=0) for _ in range(2)]
    await place(tiles, "ann", canvas["id"], (1, 1, 1))
    await place(tiles, "bob", other["id"], (1, 1, 1))
    await sql(
        tiles.database_url,
        "UPDATE revisions SET occurred_at = occurred_at - interval '5 minutes' RETURNING 1",
    )
    assert painters(await activity(tiles, canvas["id"], 4), "most_active") == []
    assert painters(await activity(tiles, canvas["id"], 6), "most_active") == [("ann", 1)]


@pytest.mark.parametrize(
    ("who", "roles", "status"),
    [
        (None, (), 401),
        ("stranger", (), 403),
        ("owner", (), 403),
        ("mod", ("moderator",), 200),
        ("boss", ("admin",), 200),
    ],
)
async def test_only_moderators_see_who_paints(
    tiles: TilesClient, who: str | None, roles: tuple[str, ...], status: int
) -> None:
    canvas = await tiles.canvas("owner", collaboration_mode="place")
    response = await tiles.call(who, "GET", f"/admin/canvases/{canvas['id']}/activity", roles=roles)
    assert response.status == status


@pytest.mark.parametrize("minutes", [0, 61])
async def test_minutes_out_of_range_are_refused(tiles: TilesClient, minutes: int) -> None:
    canvas = await tiles.canvas(collaboration_mode="place")
    path = f"/admin/canvases/{canvas['id']}/activity"
    response = await tiles.call("mod", "GET", path, params={"minutes": str(minutes)}, roles=("moderator",))
    assert (await response.json())["errors"][0]["loc"] == ["query", "minutes"]
