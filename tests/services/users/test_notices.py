"""Notices: once for each thing that concerns an artist, grouped until read, and streamed as they happen."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientResponse

from services.users.notices import rules, streams
from shared.messaging import inbox
from shared.messaging.contracts import (
    AccountDeleted,
    ArtistMuted,
    ArtistsMentioned,
    CanvasClosed,
    CanvasCreated,
    CanvasOffered,
    CanvasOpened,
    ClaimEnding,
    Event,
    LockReleased,
    MemberNamed,
    OfferEnded,
    ReviewApproved,
    ReviewRejected,
    ReviewRequested,
    TileCreated,
    TileDeleted,
    TileLiked,
    TileUnliked,
)
from tests.support.users import ANN, BOB, CAT, MOD, Caller, EventApplier, Users
from tests.support.waiting import PATIENCE

CANVAS = CanvasCreated(canvas_id=7, seq=1, owner_id=BOB.id, name="A wall")
NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
TILE: dict[str, Any] = {"canvas_id": 7, "tile_id": 5, "creator_id": ANN.id, "version": 1}


def liked(by: Caller, seq: int = 2, event: Callable[..., Event] = TileLiked, **changes: Any) -> Event:
    return event(**{**TILE, **changes}, seq=seq, actor_id=by.id)


async def notices(users: Users, artist: Caller, **params: Any) -> list[dict[str, Any]]:
    page = await users.get("/users/notices", artist, **params)
    return list(page["items"])


async def kinds(users: Users, artist: Caller) -> list[str]:
    return [notice["kind"] for notice in await notices(users, artist)]


async def read_all(users: Users, artist: Caller) -> None:
    newest = (await notices(users, artist))[0]["seq"]
    response = await users.call(artist, "POST", "/users/notices/read", json={"up_to": newest})
    assert response.status == 204


async def test_likes_of_a_tile_are_one_notice_until_it_is_read(users: Users, applier: EventApplier) -> None:
    await users.meet(ANN, BOB, CAT)
    await applier.apply(liked(BOB), liked(CAT, 3))
    (notice,) = await notices(users, ANN)
    assert (notice["kind"], notice["actor_count"], notice["tile_id"]) == ("like", 2, 5)
    assert [actor["id"] for actor in notice["actors"]] == [CAT.id, BOB.id]
    await read_all(users, ANN)
    await applier.apply(liked(MOD, 4))
    newest, older = await notices(users, ANN)
    assert (newest["actor_count"], newest["is_read"]) == (1, False)
    assert (older["actor_count"], older["is_read"]) == (2, True)


async def test_a_like_that_is_taken_back_and_given_again_counts_once(
    users: Users, applier: EventApplier
) -> None:
    await applier.apply(liked(BOB), liked(BOB, 3, TileUnliked), liked(BOB, 4))
    assert [notice["actor_count"] for notice in await notices(users, ANN)] == [1]


async def test_a_like_that_is_taken_back_before_it_is_read_of_leaves_no_notice(
    users: Users, applier: EventApplier
) -> None:
    await applier.apply(liked(BOB), liked(BOB, 3, TileUnliked))
    assert await notices(users, ANN) == []


async def test_nobody_is_told_of_what_they_do_themselves(users: Users, applier: EventApplier) -> None:
    await applier.apply(
        CANVAS,
        liked(ANN),
        TileDeleted(**TILE, seq=3, actor_id=ANN.id, x=0, y=0),
        LockReleased(canvas_id=7, seq=4, tile_id=5, holder_id=ANN.id, actor_id=ANN.id),
        ReviewRequested(canvas_id=7, seq=5, review_id=1, tile_id=5, author_id=BOB.id),
        ReviewApproved(canvas_id=7, seq=6, review_id=1, tile_id=5, author_id=BOB.id, actor_id=BOB.id),
    )
    assert await notices(users, ANN) == []
    assert await notices(users, BOB) == []


async def test_a_message_that_comes_twice_makes_one_notice(users: Users, applier: EventApplier) -> None:
    event = ArtistsMentioned(canvas_id=7, message_id=3, account_ids=[ANN.id], actor_id=BOB.id)
    message_id = str(event.envelope(producer="tiles", traceparent=None).id)
    for _ in range(2):
        async with applier.database.transaction() as conn:
            new = await inbox.claim(conn, [message_id])
        if new:
            await applier.apply(event)
    assert await kinds(users, ANN) == ["mention"]


@pytest.mark.parametrize(
    ("event", "kind", "outcome"),
    [
        (ArtistsMentioned(canvas_id=7, message_id=3, account_ids=[ANN.id], actor_id=BOB.id), "mention", None),
        (ReviewApproved(canvas_id=7, seq=2, review_id=1, tile_id=5, author_id=ANN.id, actor_id=BOB.id),
         "review_decided", "approved"),
        (ReviewRejected(canvas_id=7, seq=2, review_id=1, tile_id=5, author_id=ANN.id, actor_id=BOB.id),
         "review_decided", "rejected"),
        (LockReleased(canvas_id=7, seq=2, tile_id=5, holder_id=ANN.id, actor_id=MOD.id), "lock_taken", None),
        (TileDeleted(**TILE, seq=2, actor_id=MOD.id, x=0, y=0), "tile_removed", None),
        (ArtistMuted(canvas_id=7, artist_id=ANN.id, actor_id=BOB.id, until=None, reason=None), "muted", None),
        (MemberNamed(canvas_id=7, actor_id=BOB.id, artist_id=ANN.id, role="painter"),
         "invitation", "painter"),
        (CanvasOffered(canvas_id=7, actor_id=BOB.id, heir_id=ANN.id), "canvas_offered", None),
        (OfferEnded(canvas_id=7, owner_id=ANN.id, heir_id=BOB.id, outcome="accepted"),
         "offer_answered", "accepted"),
        (ClaimEnding(canvas_id=7, claim="lock", claim_id=5, holder_id=ANN.id, expires_at=NOON),
         "claim_ending", "lock"),
        (ClaimEnding(canvas_id=7, claim="area", claim_id=3, holder_id=ANN.id, expires_at=NOON),
         "claim_ending", "area"),
        (CanvasOpened(canvas_id=7, moment=NOON, account_ids=[ANN.id]), "canvas_opened", None),
        (CanvasClosed(canvas_id=7, moment=NOON, account_ids=[ANN.id]), "canvas_closed", None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
async def test_an_artist_is_told_of_what_others_do_to_their_work(
    users: Users, applier: EventApplier, event: Event, kind: str, outcome: str | None
) -> None:
    await users.meet(BOB, MOD)
    await applier.apply(CANVAS, event)
    (notice,) = await notices(users, ANN)
    assert (notice["kind"], notice["outcome"], notice["canvas_id"]) == (kind, outcome, 7)
    assert [actor["id"] for actor in notice["actors"]] == (
        [BOB.id] if kind in ("mention", "invitation", "canvas_offered", "offer_answered") else []
    )


async def test_the_owner_of_a_canvas_is_told_whose_work_waits(users: Users, applier: EventApplier) -> None:
    await users.meet(ANN, CAT)
    await applier.apply(
        CANVAS,
        ReviewRequested(canvas_id=7, seq=2, review_id=1, tile_id=5, author_id=ANN.id),
        ReviewRequested(canvas_id=7, seq=3, review_id=2, tile_id=6, author_id=CAT.id),
    )
    (notice,) = await notices(users, BOB)
    assert (notice["kind"], notice["actor_count"]) == ("review_waiting", 2)


async def test_new_followers_are_one_notice(users: Users) -> None:
    await users.meet(ANN, BOB, CAT)
    for follower in (BOB, CAT, CAT):
        await users.call(follower, "PUT", f"/users/{ANN.id}/follow")
    await users.call(BOB, "DELETE", f"/users/{ANN.id}/follow")
    (notice,) = await notices(users, ANN)
    assert (notice["kind"], [actor["id"] for actor in notice["actors"]]) == ("follower", [CAT.id])


async def test_parallel_follows_are_one_notice(users: Users) -> None:
    followers = [Caller(1000 + n, f"fan{n}") for n in range(8)]
    await users.meet(ANN, *followers)
    await asyncio.gather(*(users.call(one, "PUT", f"/users/{ANN.id}/follow") for one in followers))
    assert [notice["actor_count"] for notice in await notices(users, ANN)] == [8]


async def test_a_reporter_is_told_how_their_report_ended(users: Users) -> None:
    await users.meet(ANN, BOB)
    report = await users.call(
        ANN, "POST", "/reports", json={"kind": "user", "target_id": BOB.id, "reason": "Spam"}
    )
    path = f"/admin/reports/{(await report.json())['id']}"
    assert (await users.call(MOD, "PATCH", path, json={"status": "resolved"})).status == 200
    (notice,) = await notices(users, ANN)
    assert (notice["kind"], notice["outcome"], notice["actors"]) == ("report_closed", "resolved", [])


async def test_ignored_artists_make_no_notices(users: Users, applier: EventApplier) -> None:
    await users.meet(ANN, BOB)
    await users.call(ANN, "PUT", f"/users/{BOB.id}/ignore")
    await applier.apply(
        liked(BOB), ArtistsMentioned(canvas_id=7, message_id=3, account_ids=[ANN.id], actor_id=BOB.id)
    )
    assert await notices(users, ANN) == []


async def switch(users: Users, artist: Caller, **kinds: bool) -> dict[str, bool]:
    response = await users.call(artist, "PATCH", "/users/notices/settings", json={"kinds": kinds})
    assert response.status == 200, await response.text()
    return dict((await response.json())["kinds"])


async def test_at_first_an_artist_gets_notices_of_every_kind(users: Users) -> None:
    settings = await users.get("/users/notices/settings", ANN)
    assert settings["kinds"] == dict.fromkeys(rules.NoticeKind, True)


async def test_no_notice_is_made_of_a_kind_that_is_off(users: Users, applier: EventApplier) -> None:
    assert (await switch(users, ANN, like=False))["like"] is False
    mention = ArtistsMentioned(canvas_id=7, message_id=3, account_ids=[ANN.id, CAT.id], actor_id=BOB.id)
    await applier.apply(liked(BOB), liked(BOB, 3, creator_id=CAT.id), mention)
    assert await kinds(users, ANN) == ["mention"]
    assert await kinds(users, CAT) == ["mention", "like"]
    assert (await users.get("/users/notices/unread", ANN))["seq"] == 1
    await switch(users, ANN, like=True)
    await applier.apply(liked(BOB, 4))
    assert await kinds(users, ANN) == ["like", "mention"]


async def test_kinds_that_are_switched_at_the_same_time_do_not_undo_each_other(users: Users) -> None:
    switched = list(rules.NoticeKind)[:8]
    await asyncio.gather(*(switch(users, ANN, **{kind.value: False}) for kind in switched))
    now = (await users.get("/users/notices/settings", ANN))["kinds"]
    assert {kind for kind, is_on in now.items() if not is_on} == set(switched)


@pytest.mark.parametrize(
    "settings", [{"kinds": {"nothing": True}}, {"kinds": {"like": 1}}, {"digest": "yes"}, {"all": False}]
)
async def test_invalid_settings_of_notices_change_nothing(users: Users, settings: Any) -> None:
    response = await users.call(ANN, "PATCH", "/users/notices/settings", json=settings)
    assert response.status == 422
    assert all((await users.get("/users/notices/settings", ANN))["kinds"].values())


async def test_an_offer_that_is_withdrawn_before_it_is_read_of_leaves_no_notice(
    users: Users, applier: EventApplier
) -> None:
    await applier.apply(
        CanvasOffered(canvas_id=7, actor_id=BOB.id, heir_id=ANN.id),
        OfferEnded(canvas_id=7, owner_id=BOB.id, heir_id=ANN.id, outcome="withdrawn"),
    )
    assert await notices(users, ANN) == []


async def test_a_notice_of_a_tile_has_its_cell(users: Users, applier: EventApplier) -> None:
    await applier.apply(
        CANVAS, TileCreated(**TILE, seq=2, actor_id=ANN.id, x=3, y=4, is_public=True), liked(BOB, 3)
    )
    (notice,) = await notices(users, ANN)
    assert (notice["x"], notice["y"]) == (3, 4)


async def test_unread_notices_are_counted_and_listed(users: Users, applier: EventApplier) -> None:
    await applier.apply(*(liked(BOB, n, tile_id=n) for n in range(2, 5)))
    assert await users.get("/users/notices/unread", ANN) == {"unread": 3, "seq": 3}
    await users.call(ANN, "POST", "/users/notices/read", json={"up_to": 2})
    assert [notice["tile_id"] for notice in await notices(users, ANN, unread="true")] == [4]
    assert [notice["tile_id"] for notice in await users.pages("/users/notices", ANN, limit=1)] == [4, 3, 2]
    await users.call(ANN, "POST", "/users/notices/read", json={"up_to": 2**62})
    await users.call(ANN, "POST", "/users/notices/read", json={"up_to": 1})
    assert (await users.get("/users/notices/unread", ANN))["unread"] == 0


@pytest.mark.parametrize("up_to", [-1, "1", None, 2**70])
async def test_an_invalid_number_marks_nothing_as_read(users: Users, up_to: Any) -> None:
    response = await users.call(ANN, "POST", "/users/notices/read", json={"up_to": up_to})
    assert response.status == 422


async def test_the_newest_notices_are_kept(
    users: Users, applier: EventApplier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.users.notices.store.MOST_KEPT", 3)
    assert rules.MOST_KEPT > 3
    await applier.apply(*(liked(BOB, n, tile_id=n) for n in range(2, 8)))
    assert [notice["tile_id"] for notice in await notices(users, ANN)] == [7, 6, 5]


async def test_a_deleted_account_has_no_notices(users: Users, applier: EventApplier) -> None:
    await users.meet(ANN)
    await applier.apply(liked(BOB), AccountDeleted(account_id=ANN.id, version=2))
    assert await notices(users, ANN) == []


@pytest.mark.parametrize("path", ["", "/unread", "/settings", "/stream"])
async def test_guests_have_no_notices(users: Users, path: str) -> None:
    assert (await users.call(None, "GET", f"/users/notices{path}")).status == 401


async def next_event(response: ClientResponse) -> dict[str, Any]:
    """Return the next event of a stream, after comments."""
    lines: list[str] = []
    async with asyncio.timeout(PATIENCE):
        while True:
            line = (await response.content.readline()).decode().rstrip("\n")
            if line:
                lines.append(line)
            elif lines and not lines[0].startswith(":"):
                return dict(part.split(": ", 1) for part in lines)
            else:
                lines.clear()


async def test_notices_are_streamed_as_they_happen(users: Users, applier: EventApplier) -> None:
    async with await users.call(ANN, "GET", "/users/notices/stream") as response:
        assert response.headers["Content-Type"] == "text/event-stream"
        await applier.apply(liked(BOB))
        event = await next_event(response)
        assert event["id"] == "1"
        assert json.loads(event["data"]) == (await notices(users, ANN))[0]


async def test_a_stream_goes_on_where_another_ended(users: Users, applier: EventApplier) -> None:
    await applier.apply(*(liked(BOB, n, tile_id=n) for n in range(2, 5)))
    headers = {"Last-Event-ID": "1"}
    async with await users.call(ANN, "GET", "/users/notices/stream", headers=headers) as response:
        assert [(await next_event(response))["id"] for _ in range(2)] == ["2", "3"]
    async with await users.call(ANN, "GET", "/users/notices/stream?after=2") as response:
        assert (await next_event(response))["id"] == "3"


async def test_a_stream_shows_only_ones_own_notices(users: Users, applier: EventApplier) -> None:
    async with await users.call(ANN, "GET", "/users/notices/stream") as response:
        await applier.apply(liked(ANN, creator_id=BOB.id), liked(BOB, 3))
        assert json.loads((await next_event(response))["data"])["actor_count"] == 1
        assert (await users.get("/users/notices/unread", BOB))["unread"] == 1


@pytest.mark.parametrize("last", ["x", "-1", "9" * 40, "1.5"])
async def test_a_stream_without_a_valid_place_to_begin_is_refused(users: Users, last: str) -> None:
    response = await users.call(ANN, "GET", "/users/notices/stream", headers={"Last-Event-ID": last})
    assert response.status == 422


async def test_an_artist_has_a_bounded_number_of_streams(
    users: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "MOST_OF_ARTIST", 2)
    opened = [await users.call(ANN, "GET", "/users/notices/stream") for _ in range(3)]
    assert [one.status for one in opened] == [200, 200, 429]
    assert (await users.call(BOB, "GET", "/users/notices/stream")).status == 200
    for one in opened:
        one.close()
