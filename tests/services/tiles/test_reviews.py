"""Reviews: only approved pixels show, and each submission is decided once."""

from __future__ import annotations

import asyncio
import io
import json
from collections import Counter
from typing import Any

import pytest
from PIL import Image

from tests.support.tiles import BLANK, StartTiles, TilesClient, account_id, journal_of, painted

MOD = ("moderator",)
EYES: list[tuple[str | None, tuple[str, ...]]] = [
    (None, ()), ("bob", ()), ("ann", ()), ("owner", ()), ("mod", MOD),
]  # fmt: skip


async def reviewed_canvas(tiles: TilesClient, **fields: Any) -> dict[str, Any]:
    return await tiles.canvas("owner", collaboration_mode="review", **fields)


async def listed(
    tiles: TilesClient, who: str, canvas_id: int, roles: tuple[str, ...] = (), **params: str
) -> list[dict[str, Any]]:
    response = await tiles.call(who, "GET", f"/canvases/{canvas_id}/reviews", roles=roles, params=params)
    assert response.status == 200, await response.text()
    items: list[dict[str, Any]] = (await response.json())["items"]
    return items


async def decide(
    tiles: TilesClient,
    who: str | None,
    canvas_id: int,
    review_id: int,
    decision: str,
    *,
    roles: tuple[str, ...] = (),
    **more: Any,
) -> tuple[int, dict[str, Any]]:
    """Return the status and body of a decision."""
    path = f"/canvases/{canvas_id}/reviews/{review_id}"
    response = await tiles.call(who, "POST", path, json={"decision": decision, **more}, roles=roles)
    return response.status, await response.json()


async def shown(tiles: TilesClient, tile_id: int, who: str | None = None) -> dict[str, Any]:
    tile: dict[str, Any] = await (await tiles.call(who, "GET", f"/tiles/{tile_id}")).json()
    return tile


async def test_a_new_tile_is_blank_claimed_and_counted_until_it_is_approved(tiles: TilesClient) -> None:
    canvas = await reviewed_canvas(tiles, max_tiles_per_user=1)
    tile = await tiles.tile("ann", canvas["id"], pixels=painted(5))
    assert (tile["pixels"], tile["version"], tile["pending"]["pixels"]) == (BLANK, 1, painted(5))
    draft = {"canvas_id": canvas["id"], "y": 0, "pixels": BLANK}
    for who, x, code in (("bob", 0, "cell_occupied"), ("ann", 1, "tile_limit")):
        refused = await tiles.call(who, "POST", "/tiles", json={**draft, "x": x})
        assert (await refused.json())["code"] == code
    assert (await decide(tiles, "owner", canvas["id"], tile["pending"]["id"], "approve"))[0] == 200
    approved = await shown(tiles, tile["id"])
    assert (approved["pixels"], approved["version"]) == (painted(5), 2)


async def test_pending_pixels_are_shown_only_to_their_artist(tiles: TilesClient) -> None:
    canvas = await reviewed_canvas(tiles)
    tile = await tiles.tile("ann", canvas["id"], pixels=painted(5))
    path = f"/tiles/{tile['id']}"
    for who, roles in EYES:
        seen = await (await tiles.call(who, "GET", path, roles=roles)).json()
        assert seen["pixels"] == BLANK
        assert ("pending" in seen) == (who == "ann")
        position = await tiles.call(who, "GET", f"/tiles/canvas/{canvas['id']}/position?x=0&y=0", roles=roles)
        assert await position.json() == seen
        for url in (
            f"/tiles/canvas/{canvas['id']}",
            f"/tiles/user/{account_id('ann')}",
            f"/tiles/canvas/{canvas['id']}/position/neighbors?x=1&y=0",
        ):
            assert painted(5) not in await (await tiles.call(who, "GET", url, roles=roles)).text()
        picture = await tiles.call(who, "GET", f"/canvases/{canvas['id']}.png", roles=roles)
        assert Image.open(io.BytesIO(await picture.read())).getextrema() == (0, 0)
    assert painted(5) not in json.dumps(await journal_of(tiles.database_url, canvas["id"]))


async def test_a_submission_changes_the_tiles_tag_for_its_artist(tiles: TilesClient) -> None:
    canvas = await reviewed_canvas(tiles)
    path = f"/tiles/{(await tiles.tile('ann', canvas['id']))['id']}"
    before = (await tiles.call("ann", "GET", path)).headers["ETag"]
    public = (await tiles.call(None, "GET", path)).headers["ETag"]
    saved = await tiles.call("ann", "PUT", path, json={"pixels": painted(2)}, headers={"If-Match": before})
    assert saved.status == 200
    after = (await tiles.call("ann", "GET", path)).headers["ETag"]
    assert saved.headers["ETag"] == after != before
    assert (await tiles.call(None, "GET", path)).headers["ETag"] == public


async def test_a_change_does_not_show_before_it_is_approved(tiles: TilesClient) -> None:
    canvas = await reviewed_canvas(tiles)
    tile = await tiles.tile("ann", canvas["id"], pixels=painted(1))
    await decide(tiles, "owner", canvas["id"], tile["pending"]["id"], "approve")
    saved = await (
        await tiles.call("ann", "PUT", f"/tiles/{tile['id']}", json={"pixels": painted(2), "title": "Sea"})
    ).json()
    assert (saved["pixels"], saved["pending"]["pixels"]) == (painted(1), painted(2))
    public = await shown(tiles, tile["id"])
    assert (public["pixels"], public["title"], public["version"]) == (painted(1), "Sea", 3)
    titled = await (await tiles.call("ann", "PUT", f"/tiles/{tile['id']}", json={"title": "Lake"})).json()
    assert titled["pending"] == saved["pending"]
    await decide(tiles, "mod", canvas["id"], saved["pending"]["id"], "approve", roles=MOD)
    public = await shown(tiles, tile["id"])
    assert (public["pixels"], public["title"], public["version"]) == (painted(2), "Lake", 5)
    assert "pending" not in await shown(tiles, tile["id"], "ann")


async def test_the_owners_own_tiles_show_at_once(tiles: TilesClient) -> None:
    canvas = await reviewed_canvas(tiles)
    tile = await tiles.tile("owner", canvas["id"], pixels=painted(1))
    assert (tile["pixels"], "pending" in tile) == (painted(1), False)
    changed = await tiles.call("owner", "PUT", f"/tiles/{tile['id']}", json={"pixels": painted(2)})
    assert (await changed.json())["pixels"] == painted(2)
    assert await listed(tiles, "owner", canvas["id"]) == []


async def test_a_moderators_own_tile_needs_a_review_too(tiles: TilesClient) -> None:
    canvas = await reviewed_canvas(tiles)
    draft = {"canvas_id": canvas["id"], "x": 0, "y": 0, "pixels": painted(1)}
    tile = await (await tiles.call("mod", "POST", "/tiles", json=draft, roles=MOD)).json()
    assert tile["pixels"] == BLANK
    assert [review["id"] for review in await listed(tiles, "owner", canvas["id"])] == [tile["pending"]["id"]]


async def test_only_its_creator_edits_or_locks_a_tile(tiles: TilesClient) -> None:
    canvas = await reviewed_canvas(tiles)
    path = f"/tiles/{(await tiles.tile('ann', canvas['id']))['id']}"
    for who, roles in EYES:
        refused = {"ann": None, None: 401}.get(who, 403)
        changed = await tiles.call(who, "PUT", path, json={"pixels": painted(1)}, roles=roles)
        assert changed.status == (refused or 200)
        locked = await tiles.call(who, "POST", f"{path}/lock", roles=roles)
        assert locked.status == (refused or 201)
        await tiles.call("ann", "DELETE", f"{path}/lock")


async def test_reviewers_list_all_submissions_and_artists_their_own(tiles: TilesClient) -> None:
    canvas = await reviewed_canvas(tiles)
    anns = (await tiles.tile("ann", canvas["id"], pixels=painted(1)))["pending"]["id"]
    bobs = (await tiles.tile("bob", canvas["id"], 1, pixels=painted(2)))["pending"]["id"]
    for who, roles, seen in [
        ("ann", (), [anns]), ("bob", (), [bobs]), ("cat", (), []), ("owner", (), [anns, bobs]),
        ("mod", MOD, [anns, bobs]),
    ]:  # fmt: skip
        assert [review["id"] for review in await listed(tiles, who, canvas["id"], roles)] == seen
    assert (await tiles.call(None, "GET", f"/canvases/{canvas['id']}/reviews")).status == 401
    first, second = await listed(tiles, "owner", canvas["id"])
    assert (first["author"]["username"], first["pixels"], first["status"]) == ("ann", painted(1), "pending")
    page = await (await tiles.call("owner", "GET", f"/canvases/{canvas['id']}/reviews?limit=1")).json()
    rest = await (
        await tiles.call(
            "owner", "GET", f"/canvases/{canvas['id']}/reviews", params={"cursor": page["next_cursor"]}
        )
    ).json()
    assert page["items"] + rest["items"] == [first, second]


async def test_only_owner_and_moderators_decide(tiles: TilesClient) -> None:
    canvas = await reviewed_canvas(tiles)
    path = f"/tiles/{(await tiles.tile('ann', canvas['id']))['id']}"
    for who, roles in EYES:
        saved = await (await tiles.call("ann", "PUT", path, json={"pixels": painted(1)})).json()
        status, _ = await decide(tiles, who, canvas["id"], saved["pending"]["id"], "reject", roles=roles)
        assert status == {None: 401, "bob": 403, "ann": 403}.get(who, 200)


async def test_a_rejection_keeps_the_picture_and_shows_the_artist_a_note(tiles: TilesClient) -> None:
    canvas = await reviewed_canvas(tiles)
    tile = await tiles.tile("ann", canvas["id"], pixels=painted(1))
    status, review = await decide(
        tiles, "owner", canvas["id"], tile["pending"]["id"], "reject", note="too dark"
    )
    assert (status, review["status"], review["note"]) == (200, "rejected", "too dark")
    assert review["reviewer"]["username"] == "owner"
    assert (await shown(tiles, tile["id"]))["pixels"] == BLANK
    assert "pending" not in await shown(tiles, tile["id"], "ann")
    assert await listed(tiles, "ann", canvas["id"]) == []
    assert await listed(tiles, "ann", canvas["id"], status="rejected") == [review]
    assert await listed(tiles, "bob", canvas["id"], status="rejected") == []


async def test_a_newer_submission_supersedes_the_pending_one(tiles: TilesClient) -> None:
    canvas = await reviewed_canvas(tiles)
    tile = await tiles.tile("ann", canvas["id"], pixels=painted(1))
    newer = await (await tiles.call("ann", "PUT", f"/tiles/{tile['id']}", json={"pixels": painted(2)})).json()
    assert [review["pixels"] for review in await listed(tiles, "owner", canvas["id"])] == [painted(2)]
    status, problem = await decide(tiles, "owner", canvas["id"], tile["pending"]["id"], "approve")
    assert (status, problem["code"]) == (409, "superseded")
    assert (await decide(tiles, "owner", canvas["id"], newer["pending"]["id"], "approve"))[0] == 200
    assert (await shown(tiles, tile["id"]))["pixels"] == painted(2)


async def test_of_eight_concurrent_decisions_one_counts(start_tiles: StartTiles, database_url: str) -> None:
    processes = [await start_tiles(database_url), await start_tiles(database_url)]
    canvas = await reviewed_canvas(processes[0])
    tile = await processes[0].tile("ann", canvas["id"], pixels=painted(3))
    answers = await asyncio.gather(
        *(
            decide(
                processes[i % 2], f"mod{i}", canvas["id"], tile["pending"]["id"],
                "approve" if i % 4 < 2 else "reject", roles=MOD,
            )
            for i in range(8)
        )
    )  # fmt: skip
    assert Counter(status for status, _ in answers) == {200: 1, 409: 7}
    assert {problem["code"] for status, problem in answers if status == 409} == {"already_decided"}
    (decided,) = [review for status, review in answers if status == 200]
    approved = decided["status"] == "approved"
    public = await shown(processes[0], tile["id"])
    assert (public["pixels"], public["version"]) == ((painted(3), 2) if approved else (BLANK, 1))
    kinds = Counter(event["kind"] for event in await journal_of(database_url, canvas["id"]))
    assert kinds["review.approved"] + kinds["review.rejected"] == 1
    assert kinds["tile.updated"] == approved


async def test_of_concurrent_submissions_one_is_pending_in_the_end(
    start_tiles: StartTiles, database_url: str
) -> None:
    processes = [await start_tiles(database_url), await start_tiles(database_url)]
    canvas = await reviewed_canvas(processes[0])
    path = f"/tiles/{(await processes[0].tile('ann', canvas['id']))['id']}"
    responses = await asyncio.gather(
        *(processes[i % 2].call("ann", "PUT", path, json={"pixels": painted(i)}) for i in range(8))
    )
    assert {response.status for response in responses} == {200}
    (waiting,) = await listed(processes[0], "owner", canvas["id"])
    assert waiting["id"] == max([(await response.json())["pending"]["id"] for response in responses])
    events = await journal_of(database_url, canvas["id"])
    assert [event["seq"] for event in events] == list(range(1, 12))


async def test_every_step_of_a_submission_has_an_event_in_order(tiles: TilesClient) -> None:
    canvas = await reviewed_canvas(tiles)
    tile = await tiles.tile("ann", canvas["id"], 1, 2, pixels=painted(1))
    await decide(tiles, "owner", canvas["id"], tile["pending"]["id"], "approve")
    second = await (
        await tiles.call("ann", "PUT", f"/tiles/{tile['id']}", json={"pixels": painted(2)})
    ).json()
    await decide(tiles, "owner", canvas["id"], second["pending"]["id"], "reject", note="no")
    events = (await journal_of(tiles.database_url, canvas["id"]))[1:]
    assert [(event["seq"], event["kind"]) for event in events] == [
        (2, "tile.created"), (3, "review.requested"), (4, "tile.updated"), (5, "review.approved"),
        (6, "review.requested"), (7, "review.rejected"),
    ]  # fmt: skip
    assert (events[0]["tile"]["pixels"], events[2]["tile"]["pixels"]) == (BLANK, painted(1))
    assert events[1] == {
        "seq": 3, "kind": "review.requested", "review_id": tile["pending"]["id"], "tile_id": tile["id"],
        "x": 1, "y": 2,
    }  # fmt: skip
    assert events[5]["review_id"] == second["pending"]["id"]


async def test_an_artists_own_lock_does_not_prevent_an_approval(tiles: TilesClient) -> None:
    canvas = await reviewed_canvas(tiles)
    tile = await tiles.tile("ann", canvas["id"], pixels=painted(1))
    await tiles.call("ann", "POST", f"/tiles/{tile['id']}/lock")
    assert (await decide(tiles, "owner", canvas["id"], tile["pending"]["id"], "approve"))[0] == 200


async def test_a_submission_is_deleted_with_its_tile(tiles: TilesClient) -> None:
    canvas = await reviewed_canvas(tiles)
    tile = await tiles.tile("ann", canvas["id"])
    assert (await tiles.call("ann", "DELETE", f"/tiles/{tile['id']}")).status == 204
    status, problem = await decide(tiles, "owner", canvas["id"], tile["pending"]["id"], "approve")
    assert (status, problem["code"]) == (404, "review_not_found")


async def test_a_submission_is_decided_only_on_its_canvas(tiles: TilesClient) -> None:
    canvas, other = await reviewed_canvas(tiles), await tiles.canvas("owner")
    tile = await tiles.tile("ann", canvas["id"])
    status, problem = await decide(tiles, "owner", other["id"], tile["pending"]["id"], "approve")
    assert (status, problem["code"]) == (404, "review_not_found")
    assert await listed(tiles, "owner", other["id"]) == []


@pytest.mark.parametrize("mode", ["free", "tile-lock", "area-lock"])
async def test_submissions_stay_pending_when_a_canvas_leaves_review_mode(
    tiles: TilesClient, mode: str
) -> None:
    canvas = await reviewed_canvas(tiles)
    approved, rejected = [await tiles.tile("ann", canvas["id"], x, pixels=painted(5)) for x in range(2)]
    await tiles.call("owner", "PATCH", f"/canvases/{canvas['id']}", json={"collaboration_mode": mode})
    assert (await shown(tiles, approved["id"]))["pixels"] == BLANK
    assert (await shown(tiles, approved["id"], "ann"))["pending"] == approved["pending"]
    waiting = await listed(tiles, "owner", canvas["id"])
    assert [review["id"] for review in waiting] == [approved["pending"]["id"], rejected["pending"]["id"]]
    assert (await decide(tiles, "owner", canvas["id"], waiting[0]["id"], "approve"))[0] == 200
    assert (await decide(tiles, "owner", canvas["id"], waiting[1]["id"], "reject"))[0] == 200
    assert (await shown(tiles, approved["id"]))["pixels"] == painted(5)
    assert (await shown(tiles, rejected["id"], "ann"))["pixels"] == BLANK
    assert await listed(tiles, "ann", canvas["id"]) == []


async def test_reviews_of_a_private_canvas_are_hidden_from_others(tiles: TilesClient) -> None:
    canvas = await reviewed_canvas(tiles, is_public=False)
    assert (await tiles.call("ann", "GET", f"/canvases/{canvas['id']}/reviews")).status == 404
    assert (await decide(tiles, "ann", canvas["id"], 1, "approve"))[0] == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "decision"),
        ({"decision": "maybe"}, "decision"),
        ({"decision": "reject", "note": "x" * 1001}, "note"),
        ({"decision": "reject", "note": 7}, "note"),
        ({"decision": "reject", "note": "\u202egnp.exe"}, "note"),
    ],
)
async def test_a_decision_that_breaks_a_rule_is_refused_by_field(
    tiles: TilesClient, body: dict[str, Any], field: str
) -> None:
    canvas = await reviewed_canvas(tiles)
    response = await tiles.call("owner", "POST", f"/canvases/{canvas['id']}/reviews/1", json=body)
    assert response.status == 422
    assert (await response.json())["errors"][0]["loc"] == ["body", field]
