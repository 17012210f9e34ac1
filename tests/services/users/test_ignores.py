"""Ignoring artists: a private list of each artist, with a bound, held across devices."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from services.users.ignores import service
from tests.support.users import ANN, BOB, CAT, Caller, Users


async def ignored(users: Users, artist: Caller) -> list[int]:
    response = await users.call(artist, "GET", "/users/ignored")
    assert response.status == 200
    return [profile["id"] for profile in (await response.json())["items"]]


async def test_an_ignored_artist_is_on_the_list_until_taken_off(users: Users) -> None:
    await users.meet(BOB, CAT)
    for artist in (CAT, BOB, BOB):
        assert (await users.call(ANN, "PUT", f"/users/{artist.id}/ignore")).status == 204
    assert await ignored(users, ANN) == sorted([BOB.id, CAT.id])
    for _ in range(2):
        assert (await users.call(ANN, "DELETE", f"/users/{BOB.id}/ignore")).status == 204
    assert await ignored(users, ANN) == [CAT.id]


async def test_a_list_is_that_of_one_artist(users: Users) -> None:
    await users.meet(BOB)
    await users.call(ANN, "PUT", f"/users/{BOB.id}/ignore")
    assert await ignored(users, BOB) == []
    assert (await users.call(None, "GET", "/users/ignored")).status == 401


async def test_artists_cannot_ignore_themselves(users: Users) -> None:
    response = await users.call(ANN, "PUT", f"/users/{ANN.id}/ignore")
    assert (response.status, (await response.json())["code"]) == (403, "oneself")


async def test_an_unknown_artist_cannot_be_ignored(users: Users) -> None:
    assert (await users.call(ANN, "PUT", "/users/999/ignore")).status == 404


async def test_parallel_requests_do_not_exceed_the_bound(
    users: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_IGNORED", 3)
    others = [Caller(1000 + n, f"other{n}") for n in range(8)]
    await users.meet(*others)
    answers = await asyncio.gather(*(users.call(ANN, "PUT", f"/users/{other.id}/ignore") for other in others))
    assert Counter(answer.status for answer in answers) == {204: 3, 409: 5}
    assert len(await ignored(users, ANN)) == 3
