"""The live feed of two processes while RabbitMQ is frozen or killed: every change, in time and once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import ClientSession

from tests.support.busy import here
from tests.support.identities import TestKeys
from tests.support.live import events, watching
from tests.support.parts import Private, free_ports
from tests.support.tiles import Client, TilesClient
from tests.support.tiles_process import process

Two = tuple[TilesClient, TilesClient]


@asynccontextmanager
async def two_processes(
    database_url: str, broker_url: str, keys: TestKeys, folder: Path
) -> AsyncIterator[Two]:
    """Run two processes of the service, each with a gunicorn of its own."""
    async with AsyncExitStack() as stack:
        ports = free_ports(2)
        await asyncio.gather(
            *(
                stack.enter_async_context(
                    process(port, database_url, broker_url, keys, folder / f"{port}.log")
                )
                for port in ports
            )
        )
        one, two = [
            await stack.enter_async_context(ClientSession(f"http://127.0.0.1:{port}")) for port in ports
        ]
        yield (
            TilesClient(cast(Client, one), keys, database_url),
            TilesClient(cast(Client, two), keys, database_url),
        )


@contextmanager
def killed(broker: Private) -> Iterator[None]:
    """Kill the broker and start it again after the block."""
    broker.kill()
    try:
        yield
    finally:
        broker.start()


async def paint(tiles: TilesClient, tile_id: int) -> int:
    """Paint a stroke and return its number."""
    response = await tiles.call("ann", "PATCH", f"/tiles/{tile_id}/pixels", json={"pixels": [[0, 1]]})
    assert response.status == 200, await response.text()
    return int((await response.json())["seq"])


@pytest.mark.parametrize("fault", [Private.frozen, killed])
async def test_viewers_in_every_process_see_strokes_within_two_seconds_and_once(
    database_url: str,
    private_broker: Private,
    keys: TestKeys,
    tmp_path: Path,
    fault: Callable[[Private], Any],
) -> None:
    async with two_processes(database_url, private_broker.url, keys, tmp_path) as (one, two):
        canvas = await one.canvas("ann", collaboration_mode="free")
        tile_id = (await one.tile("ann", canvas["id"]))["id"]
        async with watching(one, canvas["id"]) as (at_one, _), watching(two, canvas["id"]) as (at_two, _):
            expected = [await paint(one, tile_id), await paint(two, tile_id)]
            seen = [await events(at_one, 2), await events(at_two, 2)]
            away = fault(private_broker)
            await asyncio.to_thread(away.__enter__)
            try:
                for writer, reader in ((one, at_two), (two, at_one)) * 2:
                    expected.append(await paint(writer, tile_id))
                    painted_at = time.monotonic()
                    seen[reader is at_two] += await events(reader, 1)
                    assert time.monotonic() - painted_at < here(2)
                    other = at_one if reader is at_two else at_two
                    seen[other is at_two] += await events(other, 1)
            finally:
                await asyncio.to_thread(away.__exit__, None, None, None)
            expected += [await paint(writer, tile_id) for writer in (one, two) * 3]
            seen[0] += await events(at_one, 6)
            seen[1] += await events(at_two, 6)
    assert [[event["seq"] for event in of_one] for of_one in seen] == [expected, expected]
