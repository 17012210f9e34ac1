"""One client that wants to harm everybody: a process of its own, from an address of its own.

`python -m tests.support.attacker` reads requests as JSON, repeats them until SIGTERM, and prints how they
were answered. It has the lowest priority, because the machines of attackers are not those of the service.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass

import aiohttp

ADDRESS = "127.0.0.66"
REQUESTS_PER_SECOND = 100
"""As many as the gateway allows an address by default (gateway/dynamic/middlewares.yml)."""

AT_ONCE = 20
HEIGHT = 3.0
"""Seconds after which an attack is at its height: what it makes wait is waiting."""


@dataclass(frozen=True)
class Request:
    """A request that is sent over and over."""

    method: str
    path: str
    body: str | None = None
    token: str | None = None


@asynccontextmanager
async def attacking(url: str, requests: Sequence[Request]) -> AsyncIterator[dict[str, int]]:
    """Let an attacker send these to the stack at `url`, over and over; the block begins at the height of it.

    Yields how often the attacker got which status, which is known after the block.
    """
    outcomes: dict[str, int] = {}
    process = await asyncio.create_subprocess_exec(
        *("setpriv", "--pdeathsig", "KILL", "--", sys.executable, "-m", "tests.support.attacker", url),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps([asdict(request) for request in requests]).encode())
    process.stdin.close()
    try:
        assert await process.stdout.readline() == b"at work\n"
        yield outcomes
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        output, _ = await process.communicate()
        outcomes |= json.loads(output or "{}")


async def _attack(url: str, requests: Sequence[Request], outcomes: Counter[str]) -> None:
    connector = aiohttp.TCPConnector(limit=0, local_addr=(ADDRESS, 0))
    async with aiohttp.ClientSession(url, connector=connector) as http, asyncio.TaskGroup() as tasks:
        shared = itertools.cycle(requests)
        for number in range(AT_ONCE):
            tasks.create_task(_send_requests(http, shared, number / REQUESTS_PER_SECOND, outcomes))
        await asyncio.sleep(HEIGHT)
        print("at work", flush=True)


async def _send_requests(
    http: aiohttp.ClientSession, requests: Iterator[Request], delay: float, outcomes: Counter[str]
) -> None:
    """Send a share of the requests, no more than one at a time."""
    loop = asyncio.get_running_loop()
    due = loop.time() + delay
    while True:
        await asyncio.sleep(due - loop.time())
        due = max(due, loop.time()) + AT_ONCE / REQUESTS_PER_SECOND
        request = next(requests)
        headers = {"Content-Type": "application/json"}
        if request.token:
            headers["Authorization"] = f"Bearer {request.token}"
        try:
            async with http.request(
                request.method, request.path, data=request.body, headers=headers
            ) as response:
                await response.read()
                outcomes[str(response.status)] += 1
        except (aiohttp.ClientError, TimeoutError) as error:
            outcomes[type(error).__name__] += 1


def main() -> None:
    os.nice(19)
    requests = [Request(**request) for request in json.load(sys.stdin)]
    outcomes: Counter[str] = Counter()
    # SIGTERM ends the attack as Ctrl-C would.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        asyncio.run(_attack(sys.argv[1], requests, outcomes))
    print(json.dumps(outcomes))


if __name__ == "__main__":
    main()
