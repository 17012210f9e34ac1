"""What the processes of tiles send each other: the changes that they commit, for each other's viewers.

A message may be lost, and none is sent while the broker is away: each process also looks for changes that it
missed (`live.hub`). So nothing here delays a write, and nothing is kept.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Sequence

import orjson
import structlog
from aiormq.abc import DeliveredMessage

from services.tiles.canvases.journal import View
from shared.messaging.feed import Feed
from shared.messaging.publisher import Publisher
from shared.messaging.topology import LIVE_EXCHANGE

log = structlog.get_logger(__name__)


class ChangePublisher:
    """Publishes committed changes to the processes that have viewers of their canvas."""

    def __init__(self, broker_url: str, *, name: str) -> None:
        self.process = uuid.uuid4().hex
        self._publisher = Publisher(broker_url, name=name, exchange=LIVE_EXCHANGE, sender=self.process)

    def publish(self, canvas_id: int, views: Sequence[View]) -> None:
        """Publish changes of a canvas, in order, without waiting."""
        self._publisher.publish(str(canvas_id), orjson.dumps(views))

    async def run(self) -> None:
        """Publish until cancelled."""
        await self._publisher.run()


class ChangeFeed:
    """Receives the changes that other processes commit on the bound canvases.

    `on_changes(canvas_id, views)` is called on the event loop; `on_connected()` is awaited after each
    connect, as changes were missed before it. Messages of the process `own` are ignored.
    """

    def __init__(
        self,
        broker_url: str,
        *,
        name: str,
        own: str,
        on_changes: Callable[[int, Sequence[View]], None],
        on_connected: Callable[[], Awaitable[None]],
    ) -> None:
        self._own = own
        self._on_changes = on_changes
        self._feed = Feed(
            broker_url,
            name=name,
            exchange=LIVE_EXCHANGE,
            on_message=self._receive,
            on_connected=on_connected,
        )

    async def bind(self, canvas_id: int) -> None:
        """Receive the canvas's changes from now on, or from the next `on_connected` on."""
        await self._feed.bind(str(canvas_id))

    async def unbind(self, canvas_id: int) -> None:
        """Stop receiving the canvas's changes; a few more may follow."""
        await self._feed.unbind(str(canvas_id))

    async def run(self) -> None:
        """Receive until cancelled."""
        await self._feed.run()

    def _receive(self, delivered: DeliveredMessage) -> None:
        if delivered.header.properties.app_id == self._own:
            return
        try:
            canvas_id = int(delivered.routing_key or "")
            views = [shown for line in delivered.body.split(b"\n") for shown in orjson.loads(line)]
        except ValueError as error:
            log.warning("message unreadable", reason=str(error))
            return
        self._on_changes(canvas_id, views)
