"""Passwords: argon2id off the event loop, and the list of those everybody tries.

Parameters are OWASP's minimum for argon2id:
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

from services.auth.accounts.rules import PASSWORD_MIN
from shared.errors import Unavailable

COMMON = frozenset(word for word in FREQUENCY_LISTS["passwords"] if len(word) >= PASSWORD_MIN)
"""In lower case; shorter ones are refused for their length."""

MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1

QUEUE_SECONDS = 5.0
"""How long a password waits for a thread: a flood is refused rather than piled up."""

ResultT = TypeVar("ResultT")


class Passwords:
    """Hashes and verifies, `threads` at once; argon2 gives up the interpreter lock while it works."""

    def __init__(self, threads: int) -> None:
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._slots = asyncio.Semaphore(threads)
        self._nobodys = self._hasher.hash(secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        """Hash a password with a new salt. Raises Unavailable when too many are waiting."""
        return await self._run(lambda: self._hasher.hash(password))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is the stored one; without one, False after the same time.

        Raises Unavailable when too many are waiting.
        """
        return await self._run(lambda: self._verify(stored or self._nobodys, password)) and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether the stored hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    async def closing(self, _: object) -> AsyncIterator[None]:
        """Cleanup context of an application: end the threads when it has stopped."""
        yield
        self.close()

    def close(self) -> None:
        """End the threads; what is still waiting for one is given up."""
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
