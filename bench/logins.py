"""Logins per second, the latency of other requests meanwhile, and the cost of verifying a token.

The limit of the logins: argon2 alone, with as many threads as auth gives it, in a process of its own.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import aiohttp
import orjson

from bench.report import Result, percentile
from services.auth.accounts.passwords import LANES, MEMORY_KIB, PASSES
from services.auth.settings import count_spare_cores
from shared.http.tokens import TokenVerifier, keys_published_at
from tests.support.stack import Stack

ACCOUNTS = 24
"""Concurrent logins: more than are hashed concurrently, so that no hashing thread is ever idle."""

SECONDS = 10.0
WARM_UP_SECONDS = 2.0
PAUSE = 0.02  # between two requests for /auth/me
VERIFICATIONS = 100_000


async def measure(stack: Stack) -> list[Result]:
    """Measure logins per second, the latency of `GET /auth/me` meanwhile, and the verification of a token."""
    async with aiohttp.ClientSession(f"{stack.url}/api/v1/auth/") as http:
        accounts = [await _register(http) for _ in range(ACCOUNTS)]
        token = accounts[0][1]
        print(f"{ACCOUNTS} accounts log in repeatedly for {SECONDS:.0f} s ...", file=sys.stderr)
        rate, durations = await _log_in(http, [login for login, _ in accounts], token)
    alone = await _measure_argon2()
    warm, cold = await _verify_token(stack, token)
    return [
        Result("logins", rate, "/s", ">= 0.8 of the limit", alone, "argon2 alone"),
        Result("p99 of GET /auth/me meanwhile", percentile(durations, 0.99), "ms", "<= 50"),
        Result("p50 of GET /auth/me meanwhile", percentile(durations, 0.5), "ms"),
        Result("verification of a token seen before", warm, "µs", "<= 10", cold, "its signature"),
    ]


async def _register(http: aiohttp.ClientSession) -> tuple[dict[str, str], str]:
    """Register an account; returns its credentials and its access token."""
    login = {"username": f"bench_{secrets.token_hex(6)}", "password": secrets.token_urlsafe(12)}
    body = {**login, "email": f"{login['username']}@example.org"}
    async with http.post("register", json=body) as response:
        response.raise_for_status()
        return login, (await response.json())["access_token"]


async def _log_in(
    http: aiohttp.ClientSession, logins: list[dict[str, str]], token: str
) -> tuple[float, list[float]]:
    """Return the logins per second, and the milliseconds of each `GET /auth/me` meanwhile."""
    done, durations = 0, []

    async def log_in(login: dict[str, str]) -> None:
        nonlocal done
        while True:
            async with http.post("login", json=login) as response:
                response.raise_for_status()
            done += 1

    async def get_me() -> None:
        while True:
            started = time.perf_counter()
            async with http.get("me", headers={"Authorization": f"Bearer {token}"}) as response:
                response.raise_for_status()
            durations.append((time.perf_counter() - started) * 1000)
            await asyncio.sleep(PAUSE)

    async with asyncio.TaskGroup() as tasks:
        at_work = [tasks.create_task(log_in(login)) for login in logins] + [tasks.create_task(get_me())]
        await asyncio.sleep(WARM_UP_SECONDS)
        begin, before = time.perf_counter(), done
        durations.clear()
        await asyncio.sleep(SECONDS)
        rate = (done - before) / (time.perf_counter() - begin)
        for task in at_work:
            task.cancel()
    return rate, durations


async def _measure_argon2() -> float:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.logins"), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return float(orjson.loads(output))


def verify_passwords() -> float:
    """Return how many passwords per second argon2 alone verifies with as many threads as auth has."""
    from argon2 import PasswordHasher  # noqa: PLC0415 - only this process needs it

    hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
    stored, threads = hasher.hash("wobbly-teapot-49"), count_spare_cores()
    end = time.perf_counter() + SECONDS

    def verify() -> int:
        done = 0
        while time.perf_counter() < end:
            hasher.verify(stored, "wobbly-teapot-49")
            done += 1
        return done

    with ThreadPoolExecutor(threads) as pool:
        return sum(future.result() for future in [pool.submit(verify) for _ in range(threads)]) / SECONDS


async def _verify_token(stack: Stack, token: str) -> tuple[float, float]:
    """Return the microseconds of verifying a token that was seen before, and of one that was not."""
    source = keys_published_at(f"{stack.url}/.well-known/jwks.json")
    verifier = TokenVerifier(source)
    await verifier.refresh()
    started = time.perf_counter()
    verifier.verify_access_token(token)
    cold = time.perf_counter() - started
    started = time.perf_counter()
    for _ in range(VERIFICATIONS):
        verifier.verify_access_token(token)
    warm = (time.perf_counter() - started) / VERIFICATIONS
    return warm * 1e6, cold * 1e6


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(verify_passwords()))
