"""The routing table in front of the real services, in every way of running."""

from __future__ import annotations

import aiohttp
import pytest

from tests.support.gateway import TABLE
from tests.support.stack import RunningStack


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_each_path_is_answered_by_its_service(running: RunningStack, method: str) -> None:
    answered = {}
    async with aiohttp.ClientSession(running.url) as http:
        for path in TABLE:
            async with http.request(method, path) as response:
                answered[path] = response.headers.get("X-Service")
    assert answered == TABLE


async def test_endpoints_for_operators_are_not_routed(running: RunningStack) -> None:
    answered = {}
    paths = ("/health", "/ready", "/metrics", "/api/http/routers", "/ping")
    async with aiohttp.ClientSession(running.url) as http:
        for path in paths:
            async with http.get(path) as response:
                answered[path] = response.status
    assert answered == dict.fromkeys(paths, 404)
