"""Stats: exact in any order and repetition of events, and with parallel consumers."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.users.stats.drift import repair_stats
from services.users.stats.rules import Counts
from shared.db import Database
from shared.messaging.contracts import ArtistPlaced, CanvasCreated, CanvasHandedOver, CanvasUpdated
from tests.support.histories import CanvasHistory, draw_events, long_history
from tests.support.users import ANN, BOB, EventApplier, Users, counts, registered

NEXT_CANVAS = itertools.count(1)


@given(st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counts_are_exact_in_any_order_and_repetition_of_events(
    database_url: str, data: st.DataObject
) -> None:
    history, events = data.draw(draw_events(canvas_id=next(NEXT_CANVAS)))

    async def apply() -> dict[int, Counts]:
        database = Database(database_url, application="test")
        await EventApplier(database).apply(*events)
        found = await counts(database, list(history.truth))
        await database.close()
        return found

    assert asyncio.run(apply()) == history.truth


async def test_eight_parallel_deliveries_of_an_event_count_it_once(
    applier: EventApplier, db: Database
) -> None:
    history, events = long_history(7)
    await asyncio.gather(*(applier.apply(*events[part::8]) for part in range(8)))
    assert await counts(db, list(history.truth)) == history.truth


async def test_a_profile_shows_what_was_counted_before_it_existed(
    users: Users, applier: EventApplier
) -> None:
    history = CanvasHistory(canvas_id=1)
    for what in ("create", "like", "like"):
        history.step(what, 0)
    artist = ANN._replace(id=history.creator(0))
    await applier.apply(*history.events, registered(artist))
    stats = await users.get("/users/stats", artist)
    assert stats == {
        "tiles_created": 1, "likes_received": 2, "canvases_created": 1, "pixels_painted": 0,
        "followers": 0, "following": 0
    }  # fmt: skip


async def test_likes_of_a_deleted_tile_no_longer_count(users: Users, applier: EventApplier) -> None:
    history = CanvasHistory(canvas_id=1)
    for what in ("create", "like", "delete"):
        history.step(what, 0)
    artist = ANN._replace(id=history.creator(0))
    await users.meet(artist)
    await applier.apply(*history.events)
    stats = (await users.get(f"/users/{artist.id}"))["stats"]
    assert (stats["tiles_created"], stats["likes_received"]) == (0, 0)


async def test_placed_pixels_count_as_their_newest_event_says(users: Users, applier: EventApplier) -> None:
    await users.meet(ANN, BOB)
    told = [
        ArtistPlaced(account_id=ANN.id, canvas_id=canvas_id, pixels_placed=pixels, seq=seq)
        for canvas_id, pixels, seq in ((1, 5, 9), (1, 7, 20), (2, 100, 3), (1, 6, 30))
    ]
    await applier.apply(*reversed(told), *told)
    await applier.apply(ArtistPlaced(account_id=BOB.id, canvas_id=1, pixels_placed=2, seq=31))
    assert (await users.get(f"/users/{ANN.id}"))["stats"]["pixels_painted"] == 106
    ranking = (await users.get("/users/leaderboard?by=pixels"))["items"]
    assert [(one["id"], one["stats"]["pixels_painted"]) for one in ranking] == [(ANN.id, 106), (BOB.id, 2)]


async def test_a_deleted_canvas_no_longer_counts(users: Users, applier: EventApplier) -> None:
    history = CanvasHistory(canvas_id=1)
    history.close()
    artist = ANN._replace(id=history.first + 1)
    await users.meet(artist)
    await applier.apply(*reversed(history.events))
    assert (await users.get(f"/users/{artist.id}"))["stats"]["canvases_created"] == 0


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_a_canvas_that_was_handed_over_counts_for_its_new_owner(
    applier: EventApplier, db: Database, order: tuple[int, ...]
) -> None:
    events = [
        CanvasCreated(canvas_id=1, seq=1, owner_id=ANN.id, name="A wall"),
        CanvasUpdated(canvas_id=1, seq=2, owner_id=ANN.id, actor_id=ANN.id, name="A wall", is_public=False),
        CanvasHandedOver(
            canvas_id=1, seq=3, owner_id=BOB.id, actor_id=ANN.id, name="A wall", is_public=False
        ),
    ]
    await applier.apply(*(events[number] for number in order), *events)
    found = await counts(db, [ANN.id, BOB.id])
    assert found[BOB.id].canvases_created == 1
    assert ANN.id not in found or found[ANN.id].canvases_created == 0
    assert [drift async for drift in repair_stats(db)] == []
