"""The tiles service as a process of its own, which a test can kill."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp

from tests.support.identities import TestKeys
from tests.support.waiting import PATIENCE


@asynccontextmanager
async def process(
    port: int,
    database_url: str,
    broker_url: str,
    keys: TestKeys,
    log: Path,
    verb: str = "web",
    **settings: str,
) -> AsyncIterator[int]:
    """Run a process on that port; give the id by which `os.kill` ends its whole process group.

    `verb` is what it runs, web or worker; settings are those of its environment, without `TILES_`.
    """
    env = {
        **os.environ,
        "TILES_BIND": f"127.0.0.1:{port}", "TILES_DATABASE_URL": database_url, "TILES_BROKER_URL": broker_url,
        "TILES_JWKS_URL": keys.jwks_url,
        "TILES_PAINT_PIXELS_RATE": "1000000000", "TILES_PAINT_PIXELS_BURST": "1000000000",
        "TILES_MESSAGE_RATE": "100000", "TILES_MESSAGE_BURST": "100000",
        **{f"TILES_{name.upper()}": value for name, value in settings.items()},
    }  # fmt: skip
    with log.open("wb") as errors:
        started = await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig", "KILL", "--", sys.executable, "-m", "services.tiles", verb),
            env=env,
            stderr=errors,
            start_new_session=True,
        )
    try:
        await _ready(port)
        # gunicorn's master forks the process that serves, and the group is both.
        yield -started.pid
    finally:
        with suppress(ProcessLookupError):  # the test has killed it
            os.killpg(started.pid, signal.SIGKILL)
        await started.wait()


async def _ready(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    async with aiohttp.ClientSession() as http:
        while time.monotonic() < deadline:
            try:
                async with http.get(f"http://127.0.0.1:{port}/ready") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)
    raise AssertionError("the process did not become ready")
