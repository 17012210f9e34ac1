"""Templates: uploading a picture to paint by, who sees and changes it, and how much of it is painted."""

from __future__ import annotations

import asyncio
import io
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import ExifTags, Image

from services.tiles.consumed import HANDLERS
from shared.db import Database
from shared.messaging.contracts import AccountDeleted
from tests.support.placing import place
from tests.support.templates import BLACK, CLEAR, RED, drawn, encoded, template, upload
from tests.support.tiles import StartTiles, TilesClient, account_id, painted

ROSE = encoded(drawn([RED, BLACK], [CLEAR, RED]))
"""Three pixels: 9 1 / 0 9."""

DOT = encoded(drawn([RED]))
PEOPLE = [
    (None, ()), ("stranger", ()), ("ann", ()), ("owner", ()), ("mod", ("moderator",)), ("boss", ("admin",)),
]  # fmt: skip
"""A guest, a stranger, the creator of the template, the owner of its canvas, a moderator, an admin."""


async def refusal(response: Any) -> tuple[int, str]:
    return response.status, (await response.json())["code"]


async def fault(response: Any) -> tuple[list[str], str]:
    """Return the field that a 422 names, and its code."""
    assert response.status == 422, await response.text()
    [found] = (await response.json())["errors"]
    return found["loc"], found["code"]


async def pixels_of(tiles: TilesClient, slug: str) -> list[int]:
    response = await tiles.call(None, "GET", f"/templates/{slug}/pixels")
    return list(zlib.decompress(await response.read()))


async def progress_of(tiles: TilesClient, slug: str) -> dict[str, Any]:
    response = await tiles.call(None, "GET", f"/templates/{slug}/progress")
    shown: dict[str, Any] = await response.json()
    return shown


async def test_a_picture_is_stored_in_the_palette_of_the_canvas(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    shown = await template(tiles, "ann", canvas["id"], ROSE, name="  A rose ", x=3, y=-1)
    slug = shown.pop("slug")
    assert shown.pop("id") > 0
    ann = {"id": account_id("ann"), "username": "ann", "display_name": "ann"}
    assert shown == {
        "canvas_id": canvas["id"], "name": "A rose", "x": 3, "y": -1, "width": 2, "height": 2,
        "pixels": 3, "is_public": False, "creator": ann,
    }  # fmt: skip
    assert await pixels_of(tiles, slug) == [9, 1, 0, 9]


async def test_a_picture_that_is_turned_has_the_sides_and_the_place_of_the_turned_one(
    tiles: TilesClient, canvas_id: int
) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    file = encoded(drawn([RED, BLACK, BLACK]), exif=exif)
    made = await template(tiles, "ann", canvas_id, file, x=0, y=-2)
    assert (made["width"], made["height"]) == (1, 3)
    refused = await upload(tiles, "ann", canvas_id, file, x=-2, y=0)
    assert await fault(refused) == (["body", "x"], "beside_canvas")


async def test_its_location_is_where_it_is_shown(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    response = await upload(tiles, "ann", canvas["id"], ROSE)
    assert (await tiles.client.get(response.headers["Location"])).status == 200


async def test_a_template_is_drawn_as_it_will_look(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    shown = await template(tiles, "ann", canvas["id"], ROSE)
    response = await tiles.call(None, "GET", f"/templates/{shown['slug']}.png")
    assert response.content_type == "image/png"
    with Image.open(io.BytesIO(await response.read())) as picture:
        rgba = picture.convert("RGBA")
    assert [rgba.getpixel(at) for at in ((0, 0), (1, 0), (1, 1))] == [RED, BLACK, RED]
    assert rgba.getpixel((0, 1))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize("what", [".png", "/pixels", "/progress"])
async def test_what_has_not_changed_is_not_sent_again(tiles: TilesClient, what: str) -> None:
    shown = await template(tiles, "ann", (await tiles.canvas())["id"], ROSE)
    path = f"/templates/{shown['slug']}{what}"
    tag = (await tiles.call(None, "GET", path)).headers["ETag"]
    assert (await tiles.call(None, "GET", path, headers={"If-None-Match": tag})).status == 304


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"name": "  "}, "name", "string_too_short"),
        ({"name": "a" * 101}, "name", "string_too_long"),
        ({"name": "a\u202eb"}, "name", "one_line"),
        ({"x": 8192}, "x", "less_than"),
        ({"x": 64}, "x", "beside_canvas"),
        ({"y": -2}, "y", "beside_canvas"),
        ({"x": 1.5}, "x", "int_type"),
        ({"is_public": "yes"}, "is_public", "bool_type"),
        ({"file": "%%%"}, "image", "invalid"),
        ({"file": b"no picture"}, "image", "image_unreadable"),
        ({"file": encoded(Image.new("1", (1025, 1024)))}, "image", "image_size"),
        ({"file": ROSE[:-30]}, "image", "image_unreadable"),
        ({"file": encoded(drawn([CLEAR, CLEAR]))}, "image", "image_transparent"),
    ],
)
async def test_what_breaks_a_rule_is_refused_by_name_and_not_stored(
    tiles: TilesClient, fields: dict[str, Any], field: str, code: str
) -> None:
    canvas = await tiles.canvas()
    refused = await upload(tiles, "ann", canvas["id"], **{"file": ROSE, **fields})
    assert await fault(refused) == (["body", field], code)
    listed = await tiles.call("ann", "GET", f"/canvases/{canvas['id']}/templates")
    assert (await listed.json())["items"] == []


async def test_the_largest_file_is_accepted_and_a_larger_one_refused(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    largest = DOT + bytes(1024 * 1024 - len(DOT))
    assert (await upload(tiles, "ann", canvas["id"], largest)).status == 201
    assert await fault(await upload(tiles, "ann", canvas["id"], largest + bytes(9))) == (
        ["body", "image"], "string_too_long"
    )  # fmt: skip
    refused = await upload(tiles, "ann", canvas["id"], largest + bytes(9000))
    assert await refusal(refused) == (413, "body_too_large")


async def test_the_largest_picture_is_accepted(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    shown = await template(tiles, "ann", canvas["id"], encoded(Image.new("RGB", (1024, 1024))))
    assert (await progress_of(tiles, shown["slug"]))["pixels"] == 64 * 64


async def test_pictures_that_cost_too_much_time_are_refused(
    start_tiles: StartTiles, database_url: str
) -> None:
    tiles = await start_tiles(database_url, picture_pixels_rate=1, picture_pixels_burst=8)
    canvas = await tiles.canvas()
    await template(tiles, "ann", canvas["id"], DOT)
    refused = await upload(tiles, "ann", canvas["id"], DOT)
    assert await refusal(refused) == (429, "picture_limit")
    assert int(refused.headers["Retry-After"]) > 0
    assert (await upload(tiles, "bob", canvas["id"], DOT)).status == 201


async def test_eight_at_once_leave_an_artist_with_twenty(start_tiles: StartTiles, database_url: str) -> None:
    tiles, other = await start_tiles(database_url), await start_tiles(database_url)
    canvas, second = await tiles.canvas(), await tiles.canvas()
    for _ in range(16):
        await template(tiles, "ann", canvas["id"], DOT)
    answers = await asyncio.gather(*(upload(one, "ann", canvas["id"], DOT) for one in [tiles, other] * 4))
    assert sorted(answer.status for answer in answers) == [201] * 4 + [403] * 4
    assert {(await refusal(one))[1] for one in answers if one.status == 403} == {"template_limit"}
    for artist, elsewhere in (("bob", canvas), ("ann", second)):
        assert (await upload(tiles, artist, elsewhere["id"], DOT)).status == 201


async def test_a_deleted_template_makes_room_for_another(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    [first, *_] = [await template(tiles, "ann", canvas["id"], DOT) for _ in range(20)]
    assert (await tiles.call("ann", "DELETE", f"/templates/{first['slug']}")).status == 204
    assert (await upload(tiles, "ann", canvas["id"], DOT)).status == 201
    assert (await upload(tiles, "ann", canvas["id"], DOT)).status == 403


@pytest.mark.parametrize(("who", "roles"), PEOPLE)
async def test_everybody_but_a_guest_may_upload(
    tiles: TilesClient, who: str | None, roles: tuple[str, ...]
) -> None:
    canvas = await tiles.canvas("owner")
    draft = {"name": "A rose", "x": 0, "y": 0, "image": "iVBORw0KGgo="}
    response = await tiles.call(who, "POST", f"/canvases/{canvas['id']}/templates", json=draft, roles=roles)
    assert response.status == (401 if who is None else 422)  # a picture without pixels gets this far


@pytest.mark.parametrize(("who", "roles"), PEOPLE)
async def test_public_templates_are_listed_to_all_and_others_to_their_creator(
    tiles: TilesClient, who: str | None, roles: tuple[str, ...]
) -> None:
    canvas = await tiles.canvas("owner")
    await template(tiles, "ann", canvas["id"], DOT, name="public", is_public=True)
    await template(tiles, "ann", canvas["id"], DOT, name="private")
    response = await tiles.call(who, "GET", f"/canvases/{canvas['id']}/templates", roles=roles)
    names = [one["name"] for one in (await response.json())["items"]]
    assert names == (["public", "private"] if who == "ann" else ["public"])


async def test_the_list_comes_in_pages(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    path = f"/canvases/{canvas['id']}/templates"
    slugs = [(await template(tiles, "ann", canvas["id"], DOT, is_public=True))["slug"] for _ in range(3)]
    first = await (await tiles.call(None, "GET", path, params={"limit": "2"})).json()
    params = {"limit": "2", "cursor": first["next_cursor"]}
    second = await (await tiles.call(None, "GET", path, params=params)).json()
    assert [one["slug"] for one in first["items"] + second["items"]] == slugs
    assert second["next_cursor"] is None


@pytest.mark.parametrize(("who", "roles"), PEOPLE)
@pytest.mark.parametrize("what", ["", ".png", "/pixels", "/progress"])
@pytest.mark.parametrize("is_public", [True, False])
async def test_who_has_the_slug_sees_it_where_they_see_the_canvas(
    tiles: TilesClient, who: str | None, roles: tuple[str, ...], what: str, is_public: bool
) -> None:
    canvas = await tiles.canvas("owner")
    shown = await template(tiles, "ann", canvas["id"], DOT)
    if not is_public:
        hidden = await tiles.call("owner", "PATCH", f"/canvases/{canvas['id']}", json={"is_public": False})
        assert hidden.status == 200
    response = await tiles.call(who, "GET", f"/templates/{shown['slug']}{what}", roles=roles)
    sees = is_public or who in {"owner", "mod", "boss"}
    assert response.status == (200 if sees else 404)


async def test_a_template_of_a_deleted_canvas_is_gone(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("ann")
    shown = await template(tiles, "ann", canvas["id"], DOT)
    assert (await tiles.call("ann", "DELETE", f"/canvases/{canvas['id']}")).status == 204
    for method, what in (("GET", ""), ("GET", ".png"), ("DELETE", "")):
        response = await tiles.call("ann", method, f"/templates/{shown['slug']}{what}")
        assert await refusal(response) == (404, "template_not_found")


async def test_an_unknown_slug_is_404(tiles: TilesClient) -> None:
    for slug in ("abcdefghijkl", "1", "%00", "\u00e4"):
        assert (await tiles.call(None, "GET", f"/templates/{slug}")).status == 404


@pytest.mark.parametrize(("who", "roles"), PEOPLE)
async def test_only_its_creator_changes_a_template(
    tiles: TilesClient, who: str | None, roles: tuple[str, ...]
) -> None:
    canvas = await tiles.canvas("owner")
    shown = await template(tiles, "ann", canvas["id"], DOT)
    path = f"/templates/{shown['slug']}"
    response = await tiles.call(who, "PATCH", path, json={"x": 7}, roles=roles)
    assert response.status == (401 if who is None else 200 if who == "ann" else 403)
    assert (await (await tiles.call(None, "GET", path)).json())["x"] == (7 if who == "ann" else 0)


@pytest.mark.parametrize(("who", "roles"), PEOPLE)
async def test_its_creator_the_owner_and_moderators_delete_a_template(
    tiles: TilesClient, who: str | None, roles: tuple[str, ...]
) -> None:
    canvas = await tiles.canvas("owner")
    shown = await template(tiles, "ann", canvas["id"], DOT)
    path = f"/templates/{shown['slug']}"
    response = await tiles.call(who, "DELETE", path, roles=roles)
    assert response.status == (401 if who is None else 403 if who == "stranger" else 204)
    assert (await tiles.call(None, "GET", path)).status == (404 if response.status == 204 else 200)


async def test_each_field_is_changed_by_itself(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    shown = await template(tiles, "ann", canvas["id"], ROSE)
    for change in ({"x": 5}, {"y": -1}, {"name": "A tulip"}, {"is_public": True}):
        shown |= change
        response = await tiles.call("ann", "PATCH", f"/templates/{shown['slug']}", json=change)
        assert await response.json() == shown
    assert await (await tiles.call(None, "GET", f"/templates/{shown['slug']}")).json() == shown


@pytest.mark.parametrize(
    ("change", "loc"),
    [
        ({}, ["body"]),
        ({"x": 64}, ["body", "x"]),
        ({"y": -2}, ["body", "y"]),
        ({"width": 3}, ["body", "width"]),
    ],
)
async def test_a_change_that_breaks_a_rule_is_refused(
    tiles: TilesClient, change: dict[str, Any], loc: list[str]
) -> None:
    canvas = await tiles.canvas()
    shown = await template(tiles, "ann", canvas["id"], ROSE)
    response = await tiles.call("ann", "PATCH", f"/templates/{shown['slug']}", json=change)
    assert (await fault(response))[0] == loc


async def test_progress_counts_right_wrong_and_empty_pixels(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(collaboration_mode="place", cooldown_seconds=0)
    shown = await template(tiles, "ann", canvas["id"], ROSE, x=15, y=31)
    colours = [{"colour": 1, "pixels": 1, "right": 0}, {"colour": 9, "pixels": 2, "right": 0}]
    assert await progress_of(tiles, shown["slug"]) == {
        "pixels": 3, "right": 0, "wrong": 0, "empty": 3, "by_colour": colours
    }  # fmt: skip
    # Of what lies below the template's transparent pixel, nothing counts.
    await place(tiles, "ann", canvas["id"], (15, 31, 9), (16, 31, 4), (15, 32, 4))
    colours[1]["right"] = 1
    assert await progress_of(tiles, shown["slug"]) == {
        "pixels": 3, "right": 1, "wrong": 1, "empty": 1, "by_colour": colours
    }  # fmt: skip


async def test_progress_follows_a_template_that_is_moved(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(collaboration_mode="place", cooldown_seconds=0)
    shown = await template(tiles, "ann", canvas["id"], DOT)
    await place(tiles, "ann", canvas["id"], (20, 20, 9))
    assert (await progress_of(tiles, shown["slug"]))["right"] == 0
    await tiles.call("ann", "PATCH", f"/templates/{shown['slug']}", json={"x": 20, "y": 20})
    assert (await progress_of(tiles, shown["slug"]))["right"] == 1


@pytest.mark.parametrize(("x", "y", "pixels"), [(-1, 0, 2), (0, -1, 1), (63, 63, 1), (-1, -1, 1), (0, 0, 3)])
async def test_pixels_beyond_the_canvas_do_not_count(tiles: TilesClient, x: int, y: int, pixels: int) -> None:
    shown = await template(tiles, "ann", (await tiles.canvas())["id"], ROSE, x=x, y=y)
    assert (await progress_of(tiles, shown["slug"]))["pixels"] == pixels


async def test_drafts_do_not_count_and_public_tiles_do(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(collaboration_mode="free")
    shown = await template(tiles, "ann", canvas["id"], DOT)
    tile = await tiles.tile("ann", canvas["id"], pixels=painted(9), is_public=False)
    assert (await progress_of(tiles, shown["slug"]))["right"] == 0
    await tiles.call("ann", "PUT", f"/tiles/{tile['id']}", json={"is_public": True})
    assert (await progress_of(tiles, shown["slug"]))["right"] == 1


async def test_what_only_its_creator_could_find_goes_with_their_account(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner")
    private = await template(tiles, "ann", canvas["id"], DOT)
    public = await template(tiles, "ann", canvas["id"], DOT, is_public=True)
    other = await template(tiles, "bob", canvas["id"], DOT)
    database = Database(tiles.database_url, application="test")
    event = AccountDeleted(account_id=account_id("ann"), version=9, occurred_at=datetime.now(UTC))
    for _ in range(2):
        async with database.transaction() as conn:
            await HANDLERS[AccountDeleted](conn, event)
    await database.close()
    statuses = [
        (await tiles.call(None, "GET", f"/templates/{one['slug']}")).status
        for one in (private, public, other)
    ]
    assert statuses == [404, 200, 200]
    shown = await (await tiles.call(None, "GET", f"/templates/{public['slug']}")).json()
    assert shown["creator"]["display_name"] == "deleted artist"
