"""Passwords: hashed with argon2id off the event loop, and checked against the most common ones.

The parameters are OWASP's minimum for argon2id:
https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import secrets
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from enum import IntEnum
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from services.auth.limits import PASSWORD_MIN
from shared.errors import Unavailable

COMMON = frozenset(word for word in FREQUENCY_LISTS["passwords"] if len(word) >= PASSWORD_MIN)
"""In lower case; those that are too short to be accepted are left out."""

MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1

QUEUE_SECONDS = 5.0
"""How long a password waits for a thread; under a flood of them the rest is refused instead of queued."""

NO_PASSWORD = "$argon2id$none"  # noqa: S105 - matches no password
"""What an account without a password has in place of a hash; a reset by mail gives it one."""

ResultT = TypeVar("ResultT")


class Urgency(IntEnum):
    """Which of the waiting passwords is next: people who log in do not wait for those who register."""

    LOGIN = 0
    NEW_PASSWORD = 1


class Slots:
    """A semaphore whose waiters are served by urgency, and those of one urgency in their order."""

    def __init__(self, free: int) -> None:
        self._free = free
        self._arrivals = itertools.count()
        self._waiting: list[tuple[Urgency, int, asyncio.Future[None]]] = []

    async def acquire(self, urgency: Urgency) -> None:
        """Take a slot, once one is free and nobody more urgent waits."""
        if self._free:
            self._free -= 1
            return
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (urgency, next(self._arrivals), granted))
        try:
            await granted
        except asyncio.CancelledError:
            if granted.done() and not granted.cancelled():
                self.release()
            raise

    def release(self) -> None:
        """Give a slot back, to the next waiter if there is one."""
        while self._waiting:
            _, _, granted = heapq.heappop(self._waiting)
            if not granted.done():
                granted.set_result(None)
                return
        self._free += 1


class Passwords:
    """Hashes and verifies up to `threads` passwords at once; argon2 releases the GIL while it works."""

    def __init__(self, threads: int) -> None:
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._slots = Slots(threads)
        self._dummy_hash = self._hasher.hash(secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        """Hash a new password; raises Unavailable when no thread is free within QUEUE_SECONDS."""
        return await self._run(Urgency.NEW_PASSWORD, lambda: self._hasher.hash(password))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Return whether the password matches the stored hash.

        Without a stored hash, or with NO_PASSWORD, the answer is False, after the same amount of work: the
        time must not reveal whether an account exists. Raises Unavailable as `hash` does.
        """
        known = None if stored == NO_PASSWORD else stored
        matches = await self._run(Urgency.LOGIN, lambda: self._verify(known or self._dummy_hash, password))
        return matches and known is not None

    def is_outdated(self, stored: str) -> bool:
        """Return whether the stored hash was made with other than the current parameters."""
        return self._hasher.check_needs_rehash(stored)

    async def closing(self, _: object) -> AsyncIterator[None]:
        """Cleanup context: end the threads when the application has stopped."""
        yield
        self.close()

    def close(self) -> None:
        """End the threads and cancel the work that still waits for one."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except VerifyMismatchError:
            return False

    async def _run(self, urgency: Urgency, work: Callable[[], ResultT]) -> ResultT:
        try:
            async with asyncio.timeout(QUEUE_SECONDS):
                await self._slots.acquire(urgency)
        except TimeoutError:
            raise Unavailable("password_hashing", f"no free thread within {QUEUE_SECONDS:g} s") from None
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._slots.release()
