"""Passwords: hashed with argon2id off the event loop, and checked against the most common ones.

The parameters are OWASP's minimum for argon2id:
https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from services.auth.limits import PASSWORD_MIN
from shared.errors import Unavailable

COMMON = frozenset(word for word in FREQUENCY_LISTS["passwords"] if len(word) >= PASSWORD_MIN)
"""In lower case, without those that are too short to be accepted anyway."""

MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1

QUEUE_SECONDS = 5.0
"""How long a password waits for a thread; under a flood of logins the rest is refused instead of queued."""

ResultT = TypeVar("ResultT")


class Passwords:
    """Hashes and verifies up to `threads` passwords at once; argon2 releases the GIL while it works."""

    def __init__(self, threads: int) -> None:
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._slots = asyncio.Semaphore(threads)
        self._dummy_hash = self._hasher.hash(secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        """Hash a password with a new salt; raises Unavailable when no thread is free within QUEUE_SECONDS."""
        return await self._run(lambda: self._hasher.hash(password))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Return whether the password matches the stored hash.

        Without a stored hash the answer is False, after the same amount of work: the time must not reveal
        whether an account exists. Raises Unavailable as `hash` does.
        """
        return (
            await self._run(lambda: self._verify(stored or self._dummy_hash, password)) and stored is not None
        )

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

    async def _run(self, work: Callable[[], ResultT]) -> ResultT:
        try:
            async with asyncio.timeout(QUEUE_SECONDS):
                await self._slots.acquire()
        except TimeoutError:
            raise Unavailable("password_hashing", f"no free thread within {QUEUE_SECONDS:g} s") from None
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._slots.release()
