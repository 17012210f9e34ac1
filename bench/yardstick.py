"""What this machine does just now with code that is not ours: only if that is the same do two runs compare.

Two hours apart, one tree alone on one virtual machine reached 1,570 and 984 strokes per second, while pure
computing stayed as fast: everything that wakes another process had become dearer. Hence three yardsticks.
"""

from __future__ import annotations

import asyncio
import os
import sys
import sysconfig
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from statistics import mean

import yaml

from bench.load import make_request, run_load
from tests.support.parts import free_ports

CONNECTIONS = 16
SECONDS = 1.5
START_SECONDS = 20.0


@dataclass(frozen=True)
class Yardstick:
    """Rates per second on this machine: the higher, the faster it is.

    `gateway_hellos`: responses of a bare aiohttp server behind a Traefik without middlewares. `wake_ups`:
    round trips over pipes between processes on different cores. `loops`: passes of a loop of pure Python.
    """

    gateway_hellos: float
    wake_ups: float
    loops: float

    def __str__(self) -> str:
        return (
            f"yardstick: {self.gateway_hellos:,.0f} hellos/s through a bare gateway, "
            f"{self.wake_ups:,.0f} wake-ups/s between two cores, {self.loops / 1e6:.1f} million loops/s"
        )


async def measure_yardstick() -> Yardstick:
    """Measure all three, which takes about 5 s; no stack should run meanwhile."""
    return Yardstick(await _measure_hellos(), _measure_wake_ups(), _measure_loops())


def average(found: Sequence[Yardstick]) -> Yardstick:
    """Return the mean of each yardstick, as of the beginning and the end of a run."""
    return Yardstick(
        mean(one.gateway_hellos for one in found),
        mean(one.wake_ups for one in found),
        mean(one.loops for one in found),
    )


async def _measure_hellos() -> float:
    gateway, server = free_ports(2)
    with tempfile.TemporaryDirectory(prefix="tessera-yardstick-") as folder:
        static = _write_configuration(Path(folder), gateway, server)
        traefik = Path(sysconfig.get_path("scripts")) / "traefik"
        async with (
            _running(sys.executable, "-m", "bench.hello", str(server)),
            _running(str(traefik), f"--configFile={static}"),
        ):
            url = f"http://127.0.0.1:{gateway}"
            requests = [repeat(make_request("GET", "/")).__next__] * CONNECTIONS
            deadline = time.monotonic() + START_SECONDS
            while True:
                try:
                    return (await run_load(url, requests, SECONDS)).rate
                except (OSError, RuntimeError):  # not listening yet, or answered with the gateway's own error
                    if time.monotonic() > deadline:
                        raise
                    await asyncio.sleep(0.1)


def _write_configuration(folder: Path, gateway: int, server: int) -> Path:
    """Write the shortest configuration by which Traefik passes everything on; returns the static file."""
    static, dynamic = folder / "traefik.yml", folder / "dynamic.yml"
    static.write_text(
        yaml.safe_dump(
            {
                "entryPoints": {"web": {"address": f"127.0.0.1:{gateway}"}},
                "providers": {"file": {"filename": str(dynamic)}},
                "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
            }
        )
    )
    servers = [{"url": f"http://127.0.0.1:{server}"}]
    dynamic.write_text(
        yaml.safe_dump(
            {
                "http": {
                    "routers": {"all": {"rule": "PathPrefix(`/`)", "service": "hello"}},
                    "services": {"hello": {"loadBalancer": {"servers": servers}}},
                }
            }
        )
    )
    return static


@asynccontextmanager
async def _running(*command: str) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.kill()
        await process.wait()


def _measure_wake_ups() -> float:
    """Let two processes wake each other, on different cores if there are two."""
    cores = sorted(os.sched_getaffinity(0))
    child_reads, parent_writes = os.pipe()
    parent_reads, child_writes = os.pipe()
    child = os.fork()
    if not child:
        os.sched_setaffinity(0, cores[-1:])
        os.close(parent_writes)
        while os.read(child_reads, 1):
            os.write(child_writes, b"x")
        os._exit(0)
    try:
        os.close(child_reads)
        os.sched_setaffinity(0, cores[:1])
        count, started = 0, time.perf_counter()
        while (elapsed := time.perf_counter() - started) < SECONDS:
            os.write(parent_writes, b"x")
            os.read(parent_reads, 1)
            count += 1
        return count / elapsed
    finally:
        os.sched_setaffinity(0, cores)
        os.close(parent_writes)  # ends the child
        os.waitpid(child, 0)
        os.close(parent_reads)
        os.close(child_writes)


def _measure_loops() -> float:
    count, started = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - started) < SECONDS:
        for _ in range(100_000):
            pass
        count += 100_000
    return count / elapsed
