"""Hashing of passwords: off the event loop, with bounded concurrency."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator

import pytest
from argon2 import PasswordHasher

from services.auth.accounts import passwords
from services.auth.accounts.passwords import Passwords
from shared.errors import Unavailable
from tests.support.waiting import PATIENCE


@pytest.fixture
def hashing() -> Iterator[Passwords]:
    hashing = Passwords(threads=1)
    yield hashing
    hashing.close()


async def test_only_the_password_itself_verifies(hashing: Passwords) -> None:
    stored = await hashing.hash("wobbly-teapot-49")
    assert await hashing.verify(stored, "wobbly-teapot-49")
    assert not await hashing.verify(stored, "wobbly-teapot-48")


async def test_without_a_stored_hash_no_password_verifies(hashing: Passwords) -> None:
    assert not await hashing.verify(None, "")


async def test_a_hash_with_weaker_parameters_is_outdated(hashing: Passwords) -> None:
    assert not hashing.is_outdated(await hashing.hash("wobbly-teapot-49"))
    assert hashing.is_outdated(PasswordHasher(time_cost=1, memory_cost=8192).hash("wobbly-teapot-49"))


async def test_the_event_loop_keeps_running_while_passwords_are_hashed(hashing: Passwords) -> None:
    work = asyncio.ensure_future(hashing.hash("wobbly-teapot-49"))
    turns = 0
    while not work.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 10


async def test_logins_do_not_wait_for_registrations(
    hashing: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished: list[str] = []
    monkeypatch.setattr(hashing, "_verify", lambda stored, password: True)

    async def note(name: str, work: Coroutine[None, None, object]) -> None:
        await work
        finished.append(name)

    registrations = [note("registration", hashing.hash("wobbly-teapot-49")) for _ in range(4)]
    logins = [note("login", hashing.verify("stored", "password")) for _ in range(2)]
    await asyncio.gather(*registrations, *logins)
    assert finished == ["registration", "login", "login", *["registration"] * 3]


async def test_a_password_whose_request_ends_while_it_waits_takes_no_thread(hashing: Passwords) -> None:
    waiting = [asyncio.ensure_future(hashing.hash("wobbly-teapot-49")) for _ in range(4)]
    await asyncio.sleep(0)
    for task in waiting[1:]:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert await asyncio.wait_for(hashing.verify(None, ""), PATIENCE) is False


async def test_a_password_that_waits_too_long_for_a_thread_is_refused(
    hashing: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "QUEUE_SECONDS", 0.05)
    busy = threading.Event()
    monkeypatch.setattr(hashing, "_verify", lambda stored, password: busy.wait(5))
    under_way = asyncio.ensure_future(hashing.verify("stored", "password"))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable, match="password_hashing"):
        await hashing.verify("stored", "password")
    busy.set()
    assert await under_way
