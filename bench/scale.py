"""Viewers and strokes with one, two and four tiles processes behind a gateway of their own.

Each process is sent a canvas's changes once, however many viewers it has. So all of them together should use
as much CPU when the viewers are spread over more: then one more process has room for as many viewers more. On
a machine with fewer cores than processes nothing else can be shown; higher rates need a core for each.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
import psutil

from bench.artists import create_artists, create_canvas
from bench.crowd import PACE, PAINTERS, Crowd
from bench.hot import PAINTERS as HOT_PAINTERS
from bench.hot import TILES, measure_painting
from bench.limits import limit_viewers
from bench.processes import StackProcesses
from bench.protocols import LiveProtocol
from bench.report import Result, percentile
from deploy.stack.parts.traefik import Traefik
from deploy.stack.ports import Listen
from deploy.stack.programs import PROGRAMS, SERVICES, ServiceProcess
from deploy.stack.state_dir import StateDir
from deploy.stack.supervisor import together
from tests.support.parts import free_ports
from tests.support.stack import Stack

PROCESSES = (1, 2, 4)
HEALTH_CHECKS_SECONDS = 2.5
"""Two health checks of a gateway, after which it uses every process."""

STROKES_SECONDS = 3.0
CROWD_SECONDS = 4.0


async def measure(stack: Stack, *, viewers: int, protocol: LiveProtocol) -> list[Result]:
    """Measure the strokes on one hot canvas, and the CPU time of a crowd, for each number of processes."""
    viewers = limit_viewers(viewers)
    results = [Result("viewers", viewers, "")]
    async with aiohttp.ClientSession(stack.url) as http:
        people = await create_artists(http, HOT_PAINTERS)
        canvas = await create_canvas(people[0], TILES)
        for count in PROCESSES:
            print(f"{count} tiles processes ...", file=sys.stderr)
            async with _tiles_processes(stack, count) as (url, processes):
                painted, _ = await measure_painting(
                    url, processes, people, [canvas], protocol, seconds=STROKES_SECONDS
                )
                crowd = Crowd(url, processes, protocol)
                await crowd.connect(people[:PAINTERS], viewers)
                paced = await crowd.paint_steadily(PACE, CROWD_SECONDS)
                crowd.close()
            seen = [seconds * 1000 for seconds in paced.seen]
            cpu, seconds = paced.painted.cpu, paced.painted.seconds
            what = f"{count} tiles processes"
            results += [
                Result(f"strokes on one canvas, {what}", painted.rate, "/s"),
                Result(
                    f"CPU per stroke on one canvas, {what}",
                    painted.cpu.total() / len(painted.latencies),
                    "µs",
                ),
                Result(f"CPU of all tiles processes with viewers, {what}", cpu["tiles"] / 1e4 / seconds, "%"),
                Result(f"CPU of the whole stack with viewers, {what}", cpu.total() / 1e4 / seconds, "%"),
                Result(f"p50 of a stroke seen, {what}", percentile(seen, 0.5), "ms"),
                Result(f"viewers closed, {what}", crowd.closed, "", "0"),
            ]
    return results


@asynccontextmanager
async def _tiles_processes(stack: Stack, count: int) -> AsyncIterator[tuple[str, StackProcesses]]:
    """Provide a gateway that uses this many tiles processes: its URL, and the stack's processes with it."""
    (pid, *_), (gateway_pid, *_) = stack.pids("tiles-web-1"), stack.pids("gateway")
    first = next(program for program in PROGRAMS if program.name == "tiles-web-1")
    env = psutil.Process(pid).environ()
    extra = [
        ServiceProcess(replace(first, name=f"tiles-web-{number}"), StateDir(stack.var), port, env)
        for number, port in enumerate(free_ports(max(0, count - len(stack.tiles))), len(stack.tiles) + 1)
    ]
    servers = {
        service: psutil.Process(gateway_pid).environ()[f"TESSERA_{service.upper()}_SERVERS"].split(",")
        for service in (*SERVICES, "frontend")
    }
    servers["tiles"] = [*servers["tiles"], *(f"http://127.0.0.1:{process.port}" for process in extra)][:count]
    var = StateDir(stack.var.with_name(f"gateway-of-{count}"))
    port, admin_port = free_ports(2)
    gateway = Traefik(var, listen=Listen(port), admin_port=admin_port, servers=servers)
    try:
        await together(*(process.start() for process in extra))
        await gateway.start()
        await asyncio.sleep(HEALTH_CHECKS_SECONDS)
        yield f"http://localhost:{port}", StackProcesses(stack.process.pid, [stack.var, var.root])
    finally:
        for process in (gateway, *extra):
            process.kill()
