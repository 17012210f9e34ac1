"""What the processes of tiles send each other: the changes that they commit, letters, and how far films are.

A message may be lost, and none is sent while the broker is away. Each process also looks for changes that it
missed (`live.hub`), and who sends a letter does not rely on an answer (`homes`). So nothing here delays a
write, and nothing is kept.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import orjson
import structlog
from aiormq.abc import DeliveredMessage

from services.tiles.canvases.journal import View
from shared.messaging.feed import Feed
from shared.messaging.publisher import Publisher
from shared.messaging.topology import LIVE_EXCHANGE

log = structlog.get_logger(__name__)

EVERYONE = "processes"
"""The key of letters to all processes; those to one have its name as key, changes the number of a canvas."""

CHAT = orjson.dumps("chat")
"""What is published of a message: each process reads from the database what was written."""

OnFilm = Callable[[int, int, dict[str, Any]], None]
OnChanges = Callable[[int, Sequence[View]], None]
OnChat = Callable[[int], None]
OnLetter = Callable[[bytes], None]


class ChangePublisher:
    """Publishes committed changes to the processes that have viewers of their canvas, and letters."""

    def __init__(self, broker_url: str, *, name: str) -> None:
        self.process = uuid.uuid4().hex
        self._publisher = Publisher(broker_url, name=name, exchange=LIVE_EXCHANGE, sender=self.process)

    @property
    def connection(self) -> int:
        """The number of this connection to the broker; what was sent on an earlier one may be lost."""
        return self._publisher.connections

    def publish(self, canvas_id: int, views: Sequence[View]) -> None:
        """Publish changes of a canvas, in order, without waiting."""
        self._publisher.publish(str(canvas_id), orjson.dumps(views))

    def publish_chat(self, canvas_id: int) -> None:
        """Publish, without waiting, that something was written or removed in a canvas's chat."""
        self._publisher.publish(str(canvas_id), CHAT)

    def publish_film(self, canvas_id: int, artist_id: int, film: dict[str, Any]) -> None:
        """Publish the progress of a film, without waiting, for the artist who requested it."""
        self._publisher.publish(str(canvas_id), orjson.dumps({"artist_id": artist_id, "film": film}))

    def send(self, process: str, letter: bytes) -> bool:
        """Send a line to a process, or to EVERYONE else; before the changes that were published since.

        Returns False if it was not sent; if it was, it may still be lost.
        """
        return self._publisher.publish(process, letter, urgent=True)

    async def run(self) -> None:
        """Publish until cancelled."""
        await self._publisher.run()


class Peers:
    """This process among the others: `publisher` sends, and what the others send goes to listeners.

    Changes arrive of the canvases that are bound. Listeners are called on the event loop.
    """

    def __init__(self, broker_url: str, *, name: str) -> None:
        self.publisher = ChangePublisher(broker_url, name=name)
        self._on_changes: OnChanges = lambda canvas_id, views: None
        self._on_chat: OnChat = lambda canvas_id: None
        self._on_film: OnFilm = lambda canvas_id, artist_id, film: None
        self._on_letter: OnLetter = lambda letter: None
        self._on_connected: list[Callable[[], Awaitable[None]]] = []
        self._feed = Feed(
            broker_url,
            name=name,
            exchange=LIVE_EXCHANGE,
            on_message=self._receive,
            on_connected=self._connected,
        )

    def listen_to_changes(self, on_changes: OnChanges, on_connected: Callable[[], Awaitable[None]]) -> None:
        """Pass on changes; `on_connected()` is awaited after each connect, as some were missed before it."""
        self._on_changes = on_changes
        self._on_connected.append(on_connected)

    def listen_to_chat(self, on_chat: OnChat) -> None:
        """Pass on that something happened in the chat of a canvas that is bound."""
        self._on_chat = on_chat

    def listen_to_films(self, on_film: OnFilm) -> None:
        """Pass on how far films of canvases that are bound are."""
        self._on_film = on_film

    def listen_to_letters(self, on_letter: OnLetter, on_connected: Callable[[], Awaitable[None]]) -> None:
        """Pass on letters to this process and to everyone; `on_connected()` as above."""
        self._on_letter = on_letter
        self._on_connected.append(on_connected)

    @property
    def receives(self) -> bool:
        """Whether letters to this process arrive at the moment."""
        return self._feed.connected

    async def bind(self, canvas_id: int) -> None:
        """Receive the canvas's changes from now on, or from the next `on_connected` on."""
        await self._feed.bind(str(canvas_id))

    async def unbind(self, canvas_id: int) -> None:
        """Stop receiving the canvas's changes; a few more may follow."""
        await self._feed.unbind(str(canvas_id))

    async def run(self) -> None:
        """Send and receive until cancelled."""
        for key in (self.publisher.process, EVERYONE):
            await self._feed.bind(key)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.publisher.run())
            tasks.create_task(self._feed.run())

    async def _connected(self) -> None:
        for on_connected in self._on_connected:
            await on_connected()

    def _receive(self, delivered: DeliveredMessage) -> None:
        if delivered.header.properties.app_id == self.publisher.process:
            return
        key = delivered.routing_key or ""
        try:
            for line in delivered.body.split(b"\n"):
                if key in (self.publisher.process, EVERYONE):
                    self._on_letter(line)
                elif line == CHAT:
                    self._on_chat(int(key))
                elif isinstance(told := orjson.loads(line), dict):
                    self._on_film(int(key), told["artist_id"], told["film"])
                else:
                    self._on_changes(int(key), told)
        except (ValueError, KeyError, TypeError) as error:
            # Of an older or a newer version: what it says of changes is found in the journal.
            log.warning("message unreadable", key=key, reason=repr(error))
