"""Requests to a provider.

Nothing that a provider does holds up anybody else: each request has a deadline, a bound on bytes and a bound
on how many are under way, and no redirect is followed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
import orjson

from services.auth.oidc.rules import ProviderRefused
from shared.errors import Unavailable

SECONDS: Final = 5.0
"""The time limit of one request to a provider; a user waits for it."""

MOST_BYTES: Final = 256 * 1024
"""The largest response that is read."""

UNDERWAY: Final = 16
"""Requests to one provider at a time in this process; more are refused at once."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A provider's response; `document` is its JSON, None if it has none."""

    status: int
    document: Any


class Transport:
    """Sends requests to one provider."""

    def __init__(self, provider_id: str, user_agent: str) -> None:
        self._provider_id = provider_id
        self._headers = {"Accept": "application/json", "User-Agent": user_agent}
        self._slots = asyncio.Semaphore(UNDERWAY)

    async def send(self, method: str, url: str, **options: Any) -> Reply:
        """Send a request and return the response, whatever its status. Raises Unavailable("provider")."""
        if self._slots.locked():
            raise Unavailable("provider", "too many requests to it are under way")
        try:
            async with self._slots, asyncio.timeout(SECONDS), aiohttp.ClientSession() as session:
                headers = {**self._headers, **options.pop("headers", {})}
                async with session.request(
                    method, url, headers=headers, allow_redirects=False, **options
                ) as response:
                    body = await _read_bounded(response.content)
                    return Reply(response.status, _read_json(body))
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise Unavailable("provider", f"{self._provider_id}: {type(error).__name__}") from None

    async def fetch(self, method: str, url: str, **options: Any) -> Mapping[str, Any]:
        """Return the JSON object of a response. Raises Unavailable("provider"), ProviderRefused for a 4xx."""
        reply = await self.send(method, url, **options)
        # A provider that counts requests (429) has not looked at this one.
        if method == "POST" and 400 <= reply.status < 500 and reply.status != 429:
            raise ProviderRefused(f"status {reply.status}: {name_error(reply.document)}")
        if reply.status != 200 or not isinstance(reply.document, dict):
            raise self.make_fault(reply)
        return reply.document

    def make_fault(self, reply: Reply) -> Unavailable:
        """Return the error of a response that is of no use."""
        return Unavailable("provider", f"{self._provider_id}: nothing usable, with status {reply.status}")


def name_error(document: object) -> str:
    """Return the code of an error as OAuth names it (RFC 6749, section 5.2), for the log."""
    error = document.get("error") if isinstance(document, dict) else None
    return error[:100] if isinstance(error, str) else "no error code"


def _read_json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except ValueError:
        return None


async def _read_bounded(content: aiohttp.StreamReader) -> bytes:
    body = bytearray()
    async for chunk in content.iter_chunked(16 * 1024):
        body += chunk
        if len(body) > MOST_BYTES:
            raise ValueError("too large")
    return bytes(body)
