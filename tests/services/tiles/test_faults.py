"""Outages of PostgreSQL or RabbitMQ: a 503 that names it, or no effect; recovery without a restart."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from shared.db.migrations import migrate
from tests.support.busy import here
from tests.support.tiles import BLANK, StartTiles, TilesClient

pytestmark = pytest.mark.real_limits


async def test_without_postgres_every_call_is_a_503_that_names_it_until_it_recovers(
    start_tiles: StartTiles, private_database: Callable[[str], Any]
) -> None:
    postgres = await asyncio.to_thread(private_database, "tiles")
    await asyncio.to_thread(migrate, "tiles", postgres.url)
    tiles = await start_tiles(postgres.url)
    canvas = await tiles.canvas()
    await asyncio.to_thread(postgres.stop)
    started = time.monotonic()
    responses = await asyncio.gather(
        tiles.call(None, "GET", f"/canvases/{canvas['id']}"),
        tiles.call(
            "ann", "POST", "/tiles", json={"canvas_id": canvas["id"], "x": 0, "y": 0, "pixels": BLANK}
        ),
        tiles.client.get("/ready"),
    )
    assert time.monotonic() - started < here(3)
    for response in responses:
        assert response.status == 503
        assert response.content_type == "application/problem+json"
        assert (await response.json())["code"] == "postgres_unavailable"
        assert "Retry-After" in response.headers
    assert (await tiles.client.get("/health")).status == 200
    await asyncio.to_thread(postgres.start)
    assert (await tiles.call(None, "GET", f"/canvases/{canvas['id']}")).status == 200
    await tiles.tile("ann", canvas["id"])


async def test_without_the_broker_writes_succeed(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    await tiles.tile("ann", canvas["id"])


async def test_every_answer_names_its_service_and_its_request(tiles: TilesClient) -> None:
    for path, status in [("/canvases", 200), ("/canvases/999", 404), ("/nowhere", 404)]:
        response = await tiles.call(None, "GET", path, headers={"X-Request-Id": "my-request-1"})
        assert response.status == status
        assert response.headers["X-Service"] == "tiles"
        assert response.headers["X-Request-Id"] == "my-request-1"


async def test_a_malformed_request_id_is_replaced(tiles: TilesClient) -> None:
    response = await tiles.call(None, "GET", "/canvases", headers={"X-Request-Id": 'a"b c'})
    assert response.headers["X-Request-Id"] != 'a"b c'


async def test_a_method_that_is_not_served_is_405(tiles: TilesClient) -> None:
    response = await tiles.call(None, "PUT", "/canvases")
    assert response.status == 405
    assert "GET" in response.headers["Allow"]
    assert (await response.json())["code"] == "method_not_allowed"
