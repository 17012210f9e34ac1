"""Streams of notices: open responses, to which each notice is written as soon as it is known.

Nothing is sent between processes: every second, one query per process finds the recipients with something
new.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog
from prometheus_client import Gauge

from services.users.notices import store
from shared.db import Database
from shared.errors import TooManyRequests, Unavailable
from shared.identity import Identity

log = structlog.get_logger(__name__)

CHECK_SECONDS = 1.0
MOST_OF_ARTIST = 20
"""Streams of one artist in this process: one per open tab."""

MOST = 2000
"""Streams in this process; browsers without one ask from time to time."""

STREAMS = Gauge("notice_streams", "Open streams of notices in this process.")


@dataclass(eq=False, slots=True)
class Stream:
    """An open response: whose, and up to which number it has been sent."""

    caller: Identity
    sent: int
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    is_over: bool = False

    def end(self) -> None:
        """Have the response end."""
        self.is_over = True
        self.woken.set()


class Streams:
    """All streams of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._streams: set[Stream] = set()

    async def run(self) -> None:
        """Wake the streams of recipients with new notices, until cancelled."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            known: dict[int, int] = {}
            for stream in self._streams:
                account_id = stream.caller.account_id
                known[account_id] = min(stream.sent, known.get(account_id, stream.sent))
            if not known:
                continue
            try:
                async with self._database.connection() as conn:
                    advanced = await store.list_advanced(conn, known)
            except Unavailable as error:
                log.info("notices delayed", reason=str(error))
                continue
            for stream in self._streams:
                if stream.caller.account_id in advanced:
                    stream.woken.set()

    @contextmanager
    def open(self, caller: Identity, sent: int) -> Iterator[Stream]:
        """Keep a stream that has sent the notices up to that number. Raises TooManyRequests."""
        of_caller = sum(stream.caller.account_id == caller.account_id for stream in self._streams)
        if of_caller >= MOST_OF_ARTIST or len(self._streams) >= MOST:
            raise TooManyRequests("too_many_streams", "Too many streams are open.", retry_after=30)
        stream = Stream(caller, sent)
        self._streams.add(stream)
        STREAMS.inc()
        try:
            yield stream
        finally:
            STREAMS.dec()
            self._streams.discard(stream)

    def close_account(self, account_id: int, session_id: str | None = None) -> None:
        """End the streams of an account, or of one session, as its tokens were revoked."""
        for stream in self._streams:
            if stream.caller.account_id == account_id and session_id in (None, stream.caller.session_id):
                stream.end()

    def close(self) -> None:
        """End all streams, as the process stops: clients open others, where they left off."""
        for stream in self._streams:
            stream.end()
