"""Members of a canvas, and invitations to it, through the API."""

from __future__ import annotations

from typing import Any

from aiohttp import ClientResponse

from tests.support.tiles import TilesClient, account_id

SITE_MODERATOR = ("moderator",)
ROLES = ("viewer", "painter", "moderator")


async def name(tiles: TilesClient, by: str, canvas_id: int, artist: str, role: str) -> ClientResponse:
    path = f"/canvases/{canvas_id}/members/{account_id(artist)}"
    roles = SITE_MODERATOR if by == "mod" else ()
    return await tiles.call(by, "PUT", path, json={"role": role}, roles=roles)


async def remove(tiles: TilesClient, by: str, canvas_id: int, artist: str) -> ClientResponse:
    roles = SITE_MODERATOR if by == "mod" else ()
    return await tiles.call(by, "DELETE", f"/canvases/{canvas_id}/members/{account_id(artist)}", roles=roles)


async def with_members(tiles: TilesClient, **fields: Any) -> int:
    """Make a canvas with a member of each role, named after it; `stranger` is none."""
    canvas_id = int((await tiles.canvas("owner", **fields))["id"])
    for artist in (*ROLES, "stranger"):
        await tiles.canvas(artist)  # so that their account is known
    for role in ROLES:
        assert (await name(tiles, "owner", canvas_id, role, role)).status == 204
    return canvas_id


async def invite(tiles: TilesClient, by: str, canvas_id: int, **fields: Any) -> dict[str, Any]:
    body = {"role": "painter", **fields}
    response = await tiles.call(by, "POST", f"/canvases/{canvas_id}/invitations", json=body)
    assert response.status == 201, await response.text()
    invitation: dict[str, Any] = await response.json()
    return invitation


async def accept(tiles: TilesClient, artist: str | None, token: str) -> ClientResponse:
    return await tiles.call(artist, "POST", "/invitations/accept", json={"token": token})
