"""Profiles: changes, searches and the leaderboard."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import pytest
from sqlalchemy import text

from shared.db import Database
from tests.support.users import ANN, BOB, CAT, Caller, EventApplier, Users, list_outbox, registered

NO_STATS = {
    "tiles_created": 0, "likes_received": 0, "canvases_created": 0, "pixels_painted": 0,
    "followers": 0, "following": 0
}  # fmt: skip


async def test_a_profile_exists_before_the_registration_arrives(users: Users) -> None:
    profile = await users.get("/users/profile", CAT)
    assert profile.pop("joined_at")
    assert profile.pop("avatar_color").startswith("#")
    assert profile == {
        "id": 3, "username": "Cat_3", "display_name": "Cat_3", "bio": None, "stats": NO_STATS
    }  # fmt: skip
    assert await users.get("/users/stats", CAT) == NO_STATS


async def test_a_registration_makes_the_profile(users: Users, applier: EventApplier, db: Database) -> None:
    await applier.apply(registered(ANN, "Ann of Green"))
    profile = await users.get("/users/1")
    assert profile["username"] == "ann"
    assert profile["display_name"] == "Ann of Green"
    assert profile["joined_at"] == "2024-02-29T12:00:00Z"
    assert await list_outbox(db) == []


async def test_a_late_registration_corrects_the_name_and_keeps_what_was_chosen(
    users: Users, applier: EventApplier
) -> None:
    await users.call(ANN, "PUT", "/users/profile", json={"display_name": "Chosen"})
    await applier.apply(registered(ANN, "Given"), registered(ANN, "Given"))
    profile = await users.get("/users/1")
    assert profile["display_name"] == "Chosen"
    assert profile["joined_at"] == "2024-02-29T12:00:00Z"


async def test_a_late_registration_publishes_the_merged_profile(
    users: Users, applier: EventApplier, db: Database
) -> None:
    await users.call(ANN, "PUT", "/users/profile", json={"bio": "quick"})
    await applier.apply(registered(ANN, "Given"))
    names = [
        (message["data"]["version"], message["data"]["display_name"]) for message in await list_outbox(db)
    ]
    assert names == [(1, "ann"), (2, "Given")]


async def test_only_the_fields_given_are_changed(users: Users) -> None:
    first = {"display_name": "  Ann 👩‍🎨 ", "bio": "paints\nat night", "avatar_color": "#AABBCC"}
    assert (await users.call(ANN, "PUT", "/users/profile", json=first)).status == 200
    response = await users.call(ANN, "PUT", "/users/profile", json={"bio": "sleeps"})
    profile = await response.json()
    assert profile["display_name"] == "Ann 👩‍🎨"
    assert profile["bio"] == "sleeps"
    assert profile["avatar_color"] == "#aabbcc"
    assert await users.get("/users/1") == profile


async def test_null_restores_the_default_of_a_field(users: Users) -> None:
    new = await users.get("/users/profile", ANN)
    changes = {"display_name": "Ann", "bio": "paints", "avatar_color": "#aabbcc"}
    await users.call(ANN, "PUT", "/users/profile", json=changes)
    response = await users.call(ANN, "PUT", "/users/profile", json=dict.fromkeys(changes))
    assert await response.json() == new


async def test_a_change_is_published_once_with_the_whole_profile(users: Users, db: Database) -> None:
    await users.call(BOB, "PUT", "/users/profile", json={"display_name": "Bobby", "avatar_color": "#000000"})
    (message,) = await list_outbox(db)
    assert message["type"] == "profile.updated"
    assert message["subject"] == "account:2"
    assert message["data"] == {
        "account_id": 2, "username": "bob", "display_name": "Bobby", "avatar_color": "#000000", "version": 1
    }  # fmt: skip


async def test_a_change_of_nothing_is_not_published(users: Users, db: Database) -> None:
    assert (await users.call(ANN, "PUT", "/users/profile", json={})).status == 200
    assert await list_outbox(db) == []


async def test_parallel_changes_are_published_in_the_order_of_their_versions(
    users: Users, db: Database
) -> None:
    answers = await asyncio.gather(
        *(users.call(ANN, "PUT", "/users/profile", json={"display_name": f"Ann {n}"}) for n in range(8))
    )
    assert [answer.status for answer in answers] == [200] * 8
    messages = await list_outbox(db)
    assert [message["data"]["version"] for message in messages] == list(range(1, 9))
    assert messages[-1]["data"]["display_name"] == (await users.get("/users/1"))["display_name"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"display_name": ""}, "display_name"),
        ({"display_name": " \t "}, "display_name"),
        ({"display_name": "x" * 51}, "display_name"),
        ({"display_name": "two\nlines"}, "display_name"),
        ({"display_name": "nul\x00inside"}, "display_name"),
        ({"display_name": "evil\u202eeman"}, "display_name"),
        ({"display_name": "\u2060\u3164"}, "display_name"),
        ({"display_name": 7}, "display_name"),
        ({"display_name": ["Ann"]}, "display_name"),
        ({"bio": "x" * 501}, "bio"),
        ({"bio": "bell\x07"}, "bio"),
        ({"bio": False}, "bio"),
        ({"avatar_color": "red"}, "avatar_color"),
        ({"avatar_color": "#12345"}, "avatar_color"),
        ({"avatar_color": "#1234567"}, "avatar_color"),
        ({"avatar_color": "#123456\n"}, "avatar_color"),
        ({"avatar_color": 0xFFFFFF}, "avatar_color"),
        ({"username": "other"}, "username"),
        ({"id": 2}, "id"),
    ],
)
async def test_a_change_that_breaks_a_rule_is_refused_by_field_and_nothing_is_stored(
    users: Users, db: Database, change: dict[str, Any], field: str
) -> None:
    before = await users.get("/users/profile", ANN)
    response = await users.call(ANN, "PUT", "/users/profile", json={"bio": "fine", **change})
    problem = await response.json()
    assert response.status == 422, problem
    assert response.content_type == "application/problem+json"
    assert problem["errors"][0]["loc"][:2] == ["body", field]
    assert await users.get("/users/profile", ANN) == before
    assert await list_outbox(db) == []


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b'{"bio": ', "application/json", 422, "invalid"),
        (b"[]", "application/json", 422, "invalid"),
        (b"null", "application/json", 422, "invalid"),
        (b"", "application/json", 422, "invalid"),
        (b'{"bio": "\xff"}', "application/json", 422, "invalid"),
        (b'{"bio": "\\ud800"}', "application/json", 422, "invalid"),
        (b"[" * 60_000, "application/json", 422, "invalid"),
        (b"bio=fine", "application/x-www-form-urlencoded", 415, "not_json"),
        (b'{"bio": "fine"}', "text/plain", 415, "not_json"),
        (b" " * (64 * 1024 + 1), "application/json", 413, "body_too_large"),
    ],
)
async def test_an_invalid_profile_is_refused(
    users: Users, body: bytes, content_type: str, status: int, code: str
) -> None:
    response = await users.call(
        ANN, "PUT", "/users/profile", data=io.BytesIO(body), headers={"Content-Type": content_type}
    )
    assert (response.status, (await response.json())["code"]) == (status, code)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/users/profile"),
        ("PUT", "/users/profile"),
        ("GET", "/users/stats"),
        ("PUT", "/users/2/follow"),
        ("DELETE", "/users/2/follow"),
    ],
)
async def test_a_guest_has_no_profile_and_cannot_follow(users: Users, method: str, path: str) -> None:
    response = await users.call(None, method, path, json={})
    assert response.status == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "user_id",
    ["999", "0", "-1", "x", "1.5", "9223372036854775808", "9" * 30, "%00", "%ff", "%2e%2e", "\u0661"],
)
@pytest.mark.parametrize("rest", ["", "/followers", "/following"])
async def test_an_unknown_id_is_404(users: Users, user_id: str, rest: str) -> None:
    response = await users.client.get(f"/api/v1/users/{user_id}{rest}")
    assert response.status == 404
    assert (await response.json())["request_id"] == response.headers["X-Request-Id"]
    assert response.headers["X-Service"] == "users"


async def test_a_username_is_found_in_any_case(users: Users) -> None:
    await users.meet(CAT)
    assert (await users.get("/users/by-name/cAT_3"))["username"] == "Cat_3"


@pytest.mark.parametrize(
    "name", ["nobody", "%00", "%ff", "a%20b", "x" * 300, "%", "ann'--", "\uff41nn", "%2Fetc"]
)
async def test_an_unknown_username_is_404(users: Users, name: str) -> None:
    await users.meet(ANN)
    assert (await users.client.get(f"/api/v1/users/by-name/{name}")).status == 404


async def test_a_method_that_is_not_served_is_405_with_the_allowed_ones(users: Users) -> None:
    response = await users.call(ANN, "POST", "/users/profile", json={})
    assert response.status == 405
    assert response.headers["Allow"] == "GET,PUT"


ARTISTS = [
    Caller(1, "ann"), Caller(2, "Hannah"), Caller(3, "bob"), Caller(4, "an_old_name"), Caller(5, "x_1")
]  # fmt: skip


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("ann", [1, 2]),
        ("ANNA", [2]),
        ("an", [1, 4]),
        ("_", []),
        ("x_", [5]),
        ("x%", []),
        ("\\", []),
        ("ülsen", [3]),
        ("ÜLS", [3]),
        ("no such", []),
        ("%%%", []),
        ("' OR 1=1", []),
        ("\u202e", []),
    ],
)
async def test_artists_are_searched_by_parts_of_their_names(
    users: Users, search: str, found: list[int]
) -> None:
    await users.meet(*ARTISTS)
    await users.call(ARTISTS[2], "PUT", "/users/profile", json={"display_name": "Bob Hülsenbeck"})
    assert [item["id"] for item in await users.pages("/users", search=search)] == found


async def test_the_list_of_artists_is_paged_without_loss_or_repetition(users: Users) -> None:
    await users.meet(*ARTISTS)
    assert [item["id"] for item in await users.pages("/users", limit=2)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("path", ["/users", "/users/leaderboard", "/users/1/followers"])
@pytest.mark.parametrize(
    "params",
    [
        {"limit": "0"},
        {"limit": "501"},
        {"limit": "x"},
        {"cursor": "!!"},
        {"cursor": "WzEsMiwzXQ"},
        {"cursor": "W10"},
    ],
)
async def test_a_bad_page_is_refused(users: Users, path: str, params: dict[str, str]) -> None:
    await users.meet(ANN)
    response = await users.call(None, "GET", path, params=params)
    assert response.status == 422
    assert (await response.json())["errors"][0]["loc"] == ["query", *params]


@pytest.mark.parametrize("params", [{"search": "x" * 101}, {"search": "nul\x00"}])
async def test_a_bad_search_is_refused(users: Users, params: dict[str, str]) -> None:
    response = await users.call(None, "GET", "/users", params=params)
    assert response.status == 422


@pytest.mark.parametrize(("by", "order"), [("likes", [3, 4, 2]), ("tiles", [4, 2, 1, 3])])
async def test_the_leaderboard_is_ordered_and_paged(
    users: Users, db: Database, by: str, order: list[int]
) -> None:
    await users.meet(*ARTISTS)
    async with db.connection() as conn:
        await conn.execute(
            text(
                "INSERT INTO artist_stats (artist_id, likes_received, tiles_created) VALUES"
                " (1, 0, 2), (2, 5, 2), (3, 7, 1), (4, 5, 9), (5, 0, 0), (6, 99, 99)"
            )
        )
    assert [item["id"] for item in await users.pages("/users/leaderboard", by=by, limit=1)] == order
    assert [item["id"] for item in await users.pages("/users/leaderboard", by=by)] == order


async def test_an_unknown_leaderboard_is_refused(users: Users) -> None:
    response = await users.call(None, "GET", "/users/leaderboard", params={"by": "age"})
    assert response.status == 422


async def test_the_document_describes_every_route(users: Users) -> None:
    document = await (await users.client.get("/openapi.json")).json()
    described = {
        (method.upper(), path) for path, operations in document["paths"].items() for method in operations
    }
    served = {
        (route.method, route.resource.canonical)
        for route in users.client.server.app.router.routes()  # type: ignore[attr-defined]
        if route.method != "HEAD" and route.resource.canonical.startswith("/api/")
    }
    assert described == served
