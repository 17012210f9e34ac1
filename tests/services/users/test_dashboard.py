"""The dashboard: exact counters, access, and the age of observations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import text
from yarl import URL

from services.users.app import create_worker
from services.users.dashboard.drift import repair_dashboard
from services.users.dashboard.health_poller import combine, resolve
from services.users.dashboard.store import Observation
from services.users.settings import UsersSettings
from shared.db import Database
from shared.messaging.contracts import (
    AccountDeleted,
    AccountRegistered,
    ArtistActive,
    CanvasCreated,
    Event,
    TileCreated,
    TileDeleted,
    TileLiked,
    TileUnliked,
    TileUpdated,
)
from tests.support.histories import long_history
from tests.support.parts import VirtualHost
from tests.support.users import ADA, ANN, BOB, CAT, MOD, Caller, EventApplier, Users
from tests.support.waiting import eventually

NOW = datetime.now(UTC)
TODAY = NOW.date()


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def joined(artist: Caller, days: int = 0) -> AccountRegistered:
    when = ago(days)
    return AccountRegistered(
        account_id=artist.id, username=artist.username, registered_at=when, occurred_at=when
    )


def tile(kind: type[Any], seq: int, tile_id: int, days: int, actor: Caller = ANN, likes: int = 0) -> Event:
    fields = {"x": tile_id, "y": 0} if kind not in (TileLiked, TileUnliked) else {}
    event: Event = kind(
        canvas_id=1, seq=seq, tile_id=tile_id, creator_id=ANN.id, actor_id=actor.id, version=seq,
        like_count=likes, occurred_at=ago(days), **fields,
    )  # fmt: skip
    return event


EVENTS = [
    joined(ANN, 20),
    joined(BOB, 3),
    joined(CAT, 0),
    CanvasCreated(canvas_id=1, seq=1, owner_id=ANN.id, name="a canvas", occurred_at=ago(10)),
    tile(TileCreated, 2, 1, days=10),
    tile(TileCreated, 3, 2, days=2),
    tile(TileLiked, 4, 1, days=2, actor=BOB, likes=1),
    tile(TileUpdated, 5, 1, days=0, likes=1),
    tile(TileLiked, 6, 2, days=0, actor=CAT, likes=1),
    tile(TileUnliked, 7, 2, days=0, actor=CAT, likes=0),
    tile(TileDeleted, 8, 2, days=0),
]


async def dashboard(users: Users) -> Any:
    return await users.get("/admin/dashboard", MOD)


def check_counts(shown: Any) -> None:
    counted = ("accounts", "canvases", "tiles", "likes", "active_today", "active_this_week", "new_today")
    assert {name: shown[name] for name in counted} == {
        "accounts": 3, "canvases": 1, "tiles": 1, "likes": 1,
        "active_today": 2, "active_this_week": 3, "new_today": 1,
    }  # fmt: skip
    assert shown["new_this_week"] == 2
    days = {day["day"]: day for day in shown["series"]}
    assert (
        days[ago(10).date().isoformat()] | {"active": 1, "tiles": 1, "canvases": 1}
        == days[ago(10).date().isoformat()]
    )
    two_days_ago = days[ago(2).date().isoformat()]
    assert (two_days_ago["active"], two_days_ago["tiles"], two_days_ago["likes"]) == (2, 1, 1)
    today = days[TODAY.isoformat()]
    assert (today["active"], today["accounts"], today["likes"], today["tiles"]) == (2, 1, 1, 0)


@pytest.mark.parametrize("order", [EVENTS, EVENTS[::-1], EVENTS[::2] + EVENTS[1::2]])
async def test_the_counters_are_exact_in_any_order_of_events(
    users: Users, applier: EventApplier, db: Database, order: list[Event]
) -> None:
    await applier.apply(*order)
    check_counts(await dashboard(users))
    assert [drift async for drift in repair_dashboard(db)] == []


async def test_the_counters_are_exact_with_parallel_events(
    users: Users, applier: EventApplier, db: Database
) -> None:
    await asyncio.gather(*(applier.apply(*EVENTS[part::4]) for part in range(4)))
    check_counts(await dashboard(users))
    assert [drift async for drift in repair_dashboard(db)] == []


async def test_a_long_history_leaves_totals_that_are_sums(
    users: Users, applier: EventApplier, db: Database
) -> None:
    history, events = long_history(5)
    await asyncio.gather(*(applier.apply(*events[part::8]) for part in range(8)))
    shown = await dashboard(users)
    truth = history.truth.values()
    assert shown["tiles"] == sum(counts.tiles_created for counts in truth)
    assert shown["likes"] == sum(counts.likes_received for counts in truth)
    assert [drift async for drift in repair_dashboard(db) if drift.counter != "likes"] == []


async def test_a_deleted_account_is_not_counted_but_was_new_on_its_day(
    users: Users, applier: EventApplier
) -> None:
    leaving = AccountDeleted(account_id=CAT.id, version=2)
    await applier.apply(*EVENTS, leaving, leaving)
    shown = await dashboard(users)
    assert (shown["accounts"], shown["new_today"]) == (2, 1)


async def test_open_reports_are_counted_until_they_are_closed(users: Users, applier: EventApplier) -> None:
    await users.meet(BOB, CAT)
    for target in (BOB, CAT):
        report = {"kind": "user", "target_id": target.id, "reason": "spam"}
        response = await users.call(ANN, "POST", "/reports", json=report)
    report_id = (await response.json())["id"]
    for status, left in (("assigned", 2), ("resolved", 1)):
        await users.call(MOD, "PATCH", f"/admin/reports/{report_id}", json={"status": status})
        assert (await dashboard(users))["open_reports"] == left
    assert (await dashboard(users))["series"][-1]["reports"] == 2


async def test_the_series_has_every_one_of_the_last_thirty_days(users: Users) -> None:
    series = (await dashboard(users))["series"]
    assert [day["day"] for day in series] == [ago(days).date().isoformat() for days in range(29, -1, -1)]


@pytest.mark.parametrize(("who", "status"), [(None, 401), (ANN, 403), (MOD, 200), (ADA, 200)])
async def test_only_moderators_see_the_dashboard(users: Users, who: Caller | None, status: int) -> None:
    assert (await users.call(who, "GET", "/admin/dashboard")).status == status


async def test_without_observations_the_dashboard_has_nulls(users: Users) -> None:
    shown = await dashboard(users)
    assert (shown["live_viewers"], shown["queue_depth"], shown["services"]) == (None, None, [])


async def test_drift_of_the_dashboard_is_corrected(users: Users, applier: EventApplier, db: Database) -> None:
    await applier.apply(*EVENTS)
    async with db.connection() as conn:
        await conn.execute(text("UPDATE totals SET tiles = 50, accounts = 2"))
        await conn.execute(text("UPDATE daily SET tiles = 7, active = active + 1 WHERE day = current_date"))
        await conn.execute(text("DELETE FROM daily WHERE tiles = 1 AND canvases = 1"))
    drifts = [drift async for drift in repair_dashboard(db)]
    assert {(drift.day, drift.counter, drift.recorded, drift.actual) for drift in drifts} == {
        (None, "tiles", 50, 1), (None, "accounts", 2, 3),
        (TODAY, "tiles", 7, 0), (TODAY, "active", 3, 2),
        (ago(10).date(), "tiles", 0, 1), (ago(10).date(), "canvases", 0, 1), (ago(10).date(), "active", 0, 1),
    }  # fmt: skip
    check_counts(await dashboard(users))
    assert [drift async for drift in repair_dashboard(db)] == []


@pytest.fixture
async def process(aiohttp_server: Any) -> Callable[[int, str], Any]:
    """A polled process: its response to /ready, and its number of live viewers."""

    async def start(status: int, metrics: str) -> str:
        async def ready(_: web.Request) -> web.Response:
            return web.json_response({"code": "postgres_unavailable"}, status=status)

        async def show(_: web.Request) -> web.Response:
            return web.Response(text=metrics)

        app = web.Application()
        app.add_routes([web.get("/ready", ready), web.get("/metrics", show)])
        return str((await aiohttp_server(app)).make_url("")).rstrip("/")

    return start


async def test_the_worker_stores_what_it_observes(
    aiohttp_client: Any, users: Users, broker: VirtualHost, database_url: str, process: Any
) -> None:
    metrics = "# TYPE live_viewers gauge\nlive_viewers {}.0\nlive_viewers_other 9.0\n"
    targets = {
        "tiles-1": await process(200, metrics.format(3)),
        "tiles-2": await process(503, metrics.format(4)),
        "auth-web": await process(200, ""),
        "gone": "http://127.0.0.1:1",
    }
    settings = UsersSettings(
        database_url=database_url,
        broker_url=broker.url,
        jwks_url="http://unused",
        watched=",".join(f"{name}={url}" for name, url in targets.items()),
    )
    await aiohttp_client(create_worker(settings))

    async def has_looked() -> bool:
        shown = await dashboard(users)
        return bool(shown["queues"] and shown["services"])

    await eventually(has_looked)
    shown = await dashboard(users)
    assert {service["name"]: service["state"] for service in shown["services"]} == {
        "tiles-1": "ready", "tiles-2": "postgres_unavailable", "auth-web": "ready", "gone": "unreachable"
    }  # fmt: skip
    assert shown["live_viewers"] == 7
    assert (shown["queue_depth"], shown["dead_letters"]) == (0, 0)
    assert {"users.events", "users.events.dead", "auth.commands"} <= {q["name"] for q in shown["queues"]}
    assert 0 <= shown["observed_seconds_ago"] < 20


async def test_replicas_behind_one_name_are_polled_one_by_one() -> None:
    [one] = await resolve(URL("http://127.0.0.1:8000/base"))
    assert str(one) == "http://127.0.0.1:8000/base"
    assert await resolve(URL("http://localhost:8000")) in (
        [URL("http://127.0.0.1:8000")],
        [URL("http://[::1]:8000")],
    )
    with pytest.raises(OSError, match=r"(?i)name"):
        await resolve(URL("http://nobody.invalid:8000"))


def test_replicas_are_ready_if_all_are_and_their_viewers_are_added() -> None:
    assert combine("tiles-web", [("ready", 3), ("ready", 4)]) == [
        Observation("service", "tiles-web", None, "ready"),
        Observation("viewers", "tiles-web", 7, "ready"),
    ]
    assert combine("tiles-web", [("ready", 3), ("unreachable", None)]) == [
        Observation("service", "tiles-web", None, "unreachable"),
        Observation("viewers", "tiles-web", 3, "unreachable"),
    ]
    assert combine("auth-web", [("ready", None)]) == [Observation("service", "auth-web", None, "ready")]


async def test_an_artist_who_paints_is_active_that_day(users: Users, applier: EventApplier) -> None:
    await applier.apply(*(ArtistActive(account_id=artist.id, occurred_at=NOW) for artist in (ANN, BOB, ANN)))
    assert (await dashboard(users))["active_today"] == 2


async def test_an_old_observation_is_not_shown_as_current(users: Users, db: Database) -> None:
    async with db.connection() as conn:
        await conn.execute(
            text(
                "INSERT INTO observations SELECT kind, name, value, 'ready', now() - age FROM (VALUES"
                " ('viewers', 'tiles-1', 3, interval '0'), ('viewers', 'tiles-2', 4, interval '31 s'),"
                " ('queue', 'users.events', 5, interval '31 s'), ('service', 'a', NULL, interval '31 s'),"
                " ('service', 'b', NULL, interval '1 s')) AS seen (kind, name, value, age)"
            )
        )
    shown = await dashboard(users)
    assert (shown["live_viewers"], shown["queue_depth"]) == (3, None)
    assert [service["is_ready"] for service in shown["services"]] == [False, True]
    assert shown["queues"][0]["age_seconds"] >= 31
    assert shown["observed_seconds_ago"] >= 31


@pytest.mark.parametrize("watched", ["tiles-1", "=http://x", "tiles=ftp://x"])
def test_a_malformed_list_of_processes_is_refused(watched: str) -> None:
    with pytest.raises(ValueError, match="name=url"):
        UsersSettings(database_url="x", broker_url="x", jwks_url="x", watched=watched)
