"""One client that wants to harm everybody: a process of its own, from an address of its own.

`python -m tests.support.attacker` reads requests or messages as JSON, repeats them until SIGTERM, and prints
how they were answered. It has the lowest priority, because the machines of attackers are not those of the
service.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

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


@dataclass(frozen=True)
class Flood:
    """A message that is sent over and over, through sockets that an artist opens as often as they are closed.

    The message is `text`, or `packed`, which is binary in base64.
    """

    path: str
    token: str
    per_second: float
    text: str = ""
    packed: str = ""


Attack = Sequence[Request] | Flood


@asynccontextmanager
async def attacking(url: str, attack: Attack) -> AsyncIterator[dict[str, int]]:
    """Let an attacker send this to the stack at `url`, over and over; the block begins at the height of it.

    Yields how often the attacker got which status or answer, which is known after the block.
    """
    outcomes: dict[str, int] = {}
    process = await asyncio.create_subprocess_exec(
        *("setpriv", "--pdeathsig", "KILL", "--", sys.executable, "-m", "tests.support.attacker", url),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(_encode(attack)).encode())
    process.stdin.close()
    try:
        assert await process.stdout.readline() == b"at work\n"
        yield outcomes
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        output, _ = await process.communicate()
        outcomes |= json.loads(output or "{}")


def _encode(attack: Attack) -> Any:
    return asdict(attack) if isinstance(attack, Flood) else [asdict(request) for request in attack]


def _decode(attack: Any) -> Attack:
    return Flood(**attack) if isinstance(attack, dict) else [Request(**request) for request in attack]


async def _attack(url: str, attack: Attack, outcomes: Counter[str]) -> None:
    """Attack until SIGTERM."""
    task = asyncio.current_task()
    assert task is not None
    # No exception may come from a handler in between: where no one can be raised, it is lost.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    connector = aiohttp.TCPConnector(limit=0, local_addr=(ADDRESS, 0))
    async with aiohttp.ClientSession(url, connector=connector) as http, asyncio.TaskGroup() as tasks:
        if isinstance(attack, Flood):
            send = partial(_flood, http, attack)
        else:
            send = partial(_send_requests, http, itertools.cycle(attack))
        for number in range(AT_ONCE):
            tasks.create_task(send(number / REQUESTS_PER_SECOND, outcomes))
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


async def _flood(http: aiohttp.ClientSession, flood: Flood, delay: float, outcomes: Counter[str]) -> None:
    """Send a share of the messages through one socket, and through another one when that is closed."""
    await asyncio.sleep(delay)
    authorization = {"Authorization": f"Bearer {flood.token}"}
    protocol = "tessera.v2.binary" if flood.packed else "tessera.v1.json"
    while True:
        try:
            async with http.post("/api/v1/auth/ws-ticket", headers=authorization) as response:
                ticket = await response.json()
            async with http.ws_connect(flood.path, params=ticket, protocols=[protocol]) as socket:
                sending = asyncio.create_task(_send_messages(socket, flood))
                async for message in socket:
                    outcomes[_name(message)] += 1
                sending.cancel()
                await asyncio.wait([sending])
                outcomes[f"closed with {socket.close_code}"] += 1
        except (aiohttp.ClientError, TimeoutError) as error:
            outcomes[type(error).__name__] += 1
            await asyncio.sleep(AT_ONCE / REQUESTS_PER_SECOND)


async def _send_messages(socket: aiohttp.ClientWebSocketResponse, flood: Flood) -> None:
    packed = base64.b64decode(flood.packed)
    due = time.monotonic()
    with suppress(aiohttp.ClientError):
        while True:
            await (socket.send_bytes(packed) if packed else socket.send_str(flood.text))
            due = max(due, time.monotonic()) + AT_ONCE / flood.per_second
            await asyncio.sleep(due - time.monotonic())


def _name(message: aiohttp.WSMessage) -> str:
    if message.type is not aiohttp.WSMsgType.TEXT:
        return "binary"
    answer = message.json()
    return str(answer.get("code", answer["type"]))


def main() -> None:
    os.nice(19)
    attack = _decode(json.load(sys.stdin))
    outcomes: Counter[str] = Counter()
    with suppress(asyncio.CancelledError):
        asyncio.run(_attack(sys.argv[1], attack, outcomes))
    print(json.dumps(outcomes))


if __name__ == "__main__":
    main()
