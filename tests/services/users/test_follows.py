"""Follows: one per pair of artists, never of oneself, and counted exactly."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import ClientResponse

from tests.support.users import ANN, BOB, CAT, Caller, Users


async def follow(users: Users, follower: Caller, followee: Caller, method: str = "PUT") -> ClientResponse:
    return await users.call(follower, method, f"/users/{followee.id}/follow")


async def counts(users: Users, artist: Caller) -> tuple[int, int]:
    stats = (await users.get(f"/users/{artist.id}"))["stats"]
    return stats["followers"], stats["following"]


async def test_following_twice_counts_once(users: Users) -> None:
    await users.meet(BOB)
    for _ in range(2):
        response = await follow(users, ANN, BOB)
        assert (response.status, await response.read()) == (204, b"")
    assert await counts(users, BOB) == (1, 0)
    assert await counts(users, ANN) == (0, 1)


async def test_unfollowing_twice_counts_once(users: Users) -> None:
    await users.meet(ANN, BOB)
    await follow(users, ANN, BOB)
    for _ in range(2):
        assert (await follow(users, ANN, BOB, "DELETE")).status == 204
    assert await counts(users, BOB) == (0, 0)
    assert await counts(users, ANN) == (0, 0)


async def test_a_caller_without_a_profile_can_unfollow(users: Users) -> None:
    await users.meet(BOB)
    assert (await follow(users, ANN, BOB, "DELETE")).status == 204


async def test_artists_cannot_follow_themselves(users: Users) -> None:
    response = await follow(users, ANN, ANN)
    assert response.status == 403
    assert (await response.json())["code"] == "oneself"


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("user_id", ["999", "9223372036854775807", "9223372036854775808", "x"])
async def test_an_unknown_artist_cannot_be_followed(users: Users, method: str, user_id: str) -> None:
    assert (await users.call(ANN, method, f"/users/{user_id}/follow")).status == 404


async def test_eight_parallel_follows_by_one_count_once(users: Users) -> None:
    await users.meet(BOB)
    answers = await asyncio.gather(*(follow(users, ANN, BOB) for _ in range(8)))
    assert [answer.status for answer in answers] == [204] * 8
    assert await counts(users, BOB) == (1, 0)
    assert await counts(users, ANN) == (0, 1)


async def test_eight_parallel_follows_by_eight_count_eight(users: Users) -> None:
    await users.meet(BOB)
    fans = [Caller(100 + n, f"fan_{n}") for n in range(8)]
    await asyncio.gather(*(follow(users, fan, BOB) for fan in fans))
    assert await counts(users, BOB) == (8, 0)
    assert [item["id"] for item in await users.pages("/users/2/followers")] == [fan.id for fan in fans]


async def test_counts_are_exact_after_parallel_follows_and_unfollows(users: Users) -> None:
    await users.meet(ANN, BOB)
    methods = ["PUT", "DELETE"] * 8
    answers = await asyncio.gather(
        *(follow(users, *pair, method) for method in methods for pair in ((ANN, BOB), (BOB, ANN)))
    )
    assert {answer.status for answer in answers} == {204}
    for artist in (ANN, BOB):
        lists = [await users.pages(f"/users/{artist.id}/{side}") for side in ("followers", "following")]
        assert await counts(users, artist) == (len(lists[0]), len(lists[1]))


async def test_the_lists_show_profiles_and_are_paged(users: Users) -> None:
    await users.meet(ANN, BOB, CAT)
    for follower, followee in ((ANN, BOB), (ANN, CAT), (BOB, CAT)):
        await follow(users, follower, followee)
    followers = await users.pages("/users/3/followers", limit=1)
    assert followers == [await users.get("/users/1"), await users.get("/users/2")]
    assert [item["id"] for item in await users.pages("/users/1/following", limit=1)] == [2, 3]
    assert await users.pages("/users/1/followers") == []
