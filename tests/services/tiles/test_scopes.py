"""Limited tokens, as bots have: what names no scope in a route table is refused to them, except to read."""

from __future__ import annotations

from typing import Any

import pytest

from services.tiles.app import FEATURES
from shared.http.operations import Operation
from shared.identity import Scope
from tests.support.tiles import BLANK, TilesClient, account_id

WRITES = [operation for feature in FEATURES.values() for operation in feature if operation.method != "GET"]
PAINTING = {
    *("POST /tiles", "PUT /tiles/{tile_id}", "DELETE /tiles/{tile_id}", "PATCH /tiles/{tile_id}/pixels"),
    *("POST /tiles/{tile_id}/lock", "PUT /tiles/{tile_id}/lock", "DELETE /tiles/{tile_id}/lock"),
    *("POST /canvases/{canvas_id}/areas", "PUT /canvases/{canvas_id}/areas/{area_id}"),
    *("DELETE /canvases/{canvas_id}/areas/{area_id}", "POST /tiles/{tile_id}/revert"),
}


def limited(tiles: TilesClient, scope: str, roles: tuple[str, ...] = ()) -> dict[str, str]:
    token = tiles.keys.token(account_id("ann"), "ann", roles, scope=scope)
    return {"Authorization": f"Bearer {token}"}


def test_what_a_bot_may_paint_is_listed() -> None:
    found = {f"{one.method} {one.path}" for one in WRITES if one.needed_scope is Scope.PAINT}
    assert found >= PAINTING


@pytest.mark.parametrize("operation", WRITES, ids=lambda one: f"{one.method} {one.path}")
async def test_a_token_that_may_only_read_changes_nothing(tiles: TilesClient, operation: Operation) -> None:
    path = operation.path.format_map(dict.fromkeys(operation.path_parameters, "1"))
    headers = limited(tiles, "read", ("moderator",))
    response = await tiles.client.request(operation.method, f"/api/v1{path}", headers=headers)
    assert (response.status, (await response.json())["code"]) == (403, "insufficient_scope")


async def test_a_token_to_paint_paints_and_makes_no_canvas(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner")
    draft = {"canvas_id": canvas["id"], "x": 0, "y": 0, "pixels": BLANK}
    headers = limited(tiles, "paint read")
    painted = await tiles.client.post("/api/v1/tiles", json=draft, headers=headers)
    assert painted.status == 201
    refused = await tiles.client.post("/api/v1/canvases", json={}, headers=headers)
    assert (refused.status, (await refused.json())["code"]) == (403, "insufficient_scope")


async def test_strokes_over_a_socket_take_the_scope_to_paint(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner", collaboration_mode="free")
    tile = await tiles.tile("ann", canvas["id"])
    ticket = tiles.keys.ticket(account_id("ann"), "ann", scope="read")
    path = f"/api/v1/ws/canvas/{canvas['id']}"
    async with tiles.client.ws_connect(path, params={"ticket": ticket}) as socket:
        stroke: dict[str, Any] = {"type": "paint", "ref": "a", "tile_id": tile["id"], "pixels": [[0, 1]]}
        await socket.send_json(stroke)
        while (answer := await socket.receive_json())["type"] != "nack":
            continue
    assert (answer["ref"], answer["code"]) == ("a", "insufficient_scope")
