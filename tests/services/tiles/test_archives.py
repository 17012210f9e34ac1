"""Archived canvases: everyone who saw them sees them, and nobody changes what is on them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.tiles import TilesClient, account_id, journal_of, painted

MODERATOR = ("moderator",)


async def archive(
    tiles: TilesClient, canvas: dict[str, Any], who: str | None = "owner", roles: tuple[str, ...] = (),
    *, on: bool = True,
) -> int:  # fmt: skip
    body = {"is_archived": on}
    return (await tiles.call(who, "PATCH", f"/canvases/{canvas['id']}", roles=roles, json=body)).status


async def refusal(tiles: TilesClient, who: str, method: str, path: str, **kwargs: Any) -> tuple[int, str]:
    response = await tiles.call(who, method, path, **kwargs)
    return response.status, (await response.json())["code"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/tiles", {"x": 1, "y": 1, "pixels": painted(1)}),
        ("PUT", "/tiles/{tile}", {"pixels": painted(2)}),
        ("PUT", "/tiles/{tile}", {"title": "A door"}),
        ("PATCH", "/tiles/{tile}/pixels", {"pixels": [[0, 1]]}),
        ("POST", "/tiles/{tile}/lock", None),
        ("POST", "/tiles/{tile}/revert", {"version": 1}),
        ("DELETE", "/tiles/{tile}", None),
    ],
)
async def test_on_an_archived_canvas_nothing_is_painted_claimed_or_removed(
    tiles: TilesClient, method: str, path: str, body: dict[str, Any] | None
) -> None:
    canvas = await tiles.canvas("owner")
    tile = await tiles.tile("owner", canvas["id"])
    assert await archive(tiles, canvas) == 200
    if path == "/tiles":
        body = {"canvas_id": canvas["id"], **(body or {})}
    called = await refusal(tiles, "owner", method, path.format(tile=tile["id"]), json=body)
    assert called == (409, "archived")


async def test_on_an_archived_canvas_no_pixels_are_placed_and_no_area_is_claimed(tiles: TilesClient) -> None:
    placed = await tiles.canvas("owner", collaboration_mode="place")
    shared = await tiles.canvas("owner", collaboration_mode="area-lock")
    for canvas, path, body in (
        (placed, "pixels", {"pixels": [[0, 0, 1]]}),
        (shared, "areas", {"x": 0, "y": 0, "columns": 1, "rows": 1}),
    ):
        await archive(tiles, canvas)
        called = await refusal(tiles, "ann", "POST", f"/canvases/{canvas['id']}/{path}", json=body)
        assert called == (409, "archived")


async def test_what_waits_for_a_review_waits_until_the_canvas_is_opened_again(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner", collaboration_mode="review")
    await tiles.tile("ann", canvas["id"], pixels=painted(1))
    await archive(tiles, canvas)
    listed = await (await tiles.call("owner", "GET", f"/canvases/{canvas['id']}/reviews")).json()
    path = f"/canvases/{canvas['id']}/reviews/{listed['items'][0]['id']}"
    body = {"decision": "approve"}
    assert await refusal(tiles, "owner", "POST", path, json=body) == (409, "archived")
    await archive(tiles, canvas, on=False)
    assert (await tiles.call("owner", "POST", path, json=body)).status == 200


async def test_moderators_of_the_site_still_remove_tiles(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner")
    tile = await tiles.tile("ann", canvas["id"])
    await archive(tiles, canvas)
    assert (await tiles.call("mod", "DELETE", f"/tiles/{tile['id']}", roles=MODERATOR)).status == 204


async def test_archiving_is_a_change_of_the_canvas_that_viewers_receive(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner")
    await archive(tiles, canvas)
    *_, last = await journal_of(tiles.database_url, canvas["id"])
    assert (last["kind"], last["canvas"]["is_archived"]) == ("canvas.updated", True)


@pytest.mark.parametrize(
    ("who", "roles", "status"),
    [(None, (), 401), ("stranger", (), 403), ("owner", (), 200), ("mod", MODERATOR, 200)],
)
async def test_the_owner_and_moderators_of_the_site_archive_a_canvas(
    tiles: TilesClient, who: str | None, roles: tuple[str, ...], status: int
) -> None:
    assert await archive(tiles, await tiles.canvas("owner"), who, roles) == status


async def test_a_moderator_of_the_canvas_changes_it_but_does_not_archive_it(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner")
    path = f"/canvases/{canvas['id']}"
    await tiles.tile("ann", canvas["id"])
    set_role = await tiles.call(
        "owner", "PUT", f"{path}/members/{account_id('ann')}", json={"role": "moderator"}
    )
    assert set_role.status < 300, await set_role.text()
    assert (await tiles.call("ann", "PATCH", path, json={"name": "Another"})).status == 200
    assert await archive(tiles, canvas, "ann") == 403
