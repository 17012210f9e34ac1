"""Memory of the whole stack per viewer: gateway, services, broker and database, whoever holds it."""

from __future__ import annotations

import asyncio
from collections import Counter

import aiohttp

from bench.artists import create_artists, create_canvas
from bench.audience import Audience
from bench.limits import limit_viewers
from bench.protocols import LiveProtocol
from bench.report import Result, processes_of, results_by_part
from tests.support.stack import Stack

FIRST = 100
"""Viewers before the first reading: they cover the memory that all viewers share."""

SETTLE_SECONDS = 3.0


async def measure(stack: Stack, *, viewers: int, protocol: LiveProtocol) -> list[Result]:
    """Measure by how much the proportional set size grows from the first hundred viewers to all."""
    viewers = limit_viewers(viewers)
    async with aiohttp.ClientSession(stack.url) as http:
        (artist,) = await create_artists(http, 1)
        canvas_id, _ = await create_canvas(artist, 1)
    audience = Audience(f"{stack.url}/api/v1/ws/canvas/{canvas_id}", protocol.name)
    processes = processes_of(stack)
    await audience.connect(FIRST)
    await asyncio.sleep(SETTLE_SECONDS)
    before = processes.memory_bytes()
    await audience.connect(viewers - FIRST)
    await asyncio.sleep(SETTLE_SECONDS)
    after = processes.memory_bytes()
    audience.close()
    grown = Counter({part: after[part] - before[part] for part in after})
    return [
        *results_by_part("memory per viewer", grown, "KiB", "<= 70", scale=1 / (viewers - FIRST) / 1024),
        *results_by_part(f"memory with {FIRST} viewers", before, "MiB", scale=1 / 2**20),
        Result("viewers", viewers, ""),
        Result("viewers closed", audience.closed, "", "0"),
    ]
