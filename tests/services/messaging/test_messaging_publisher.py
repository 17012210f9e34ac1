"""The publisher without a promise: it never waits, keeps little, and works again after every outage."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiormq.abc import DeliveredMessage

from shared.messaging.feed import Feed
from shared.messaging.publisher import MAX_WAITING_BYTES, Publisher
from shared.messaging.topology import LIVE_EXCHANGE
from tests.support.messaging import running
from tests.support.parts import Private
from tests.support.waiting import eventually


class Line:
    """A publisher and a feed that is bound to key 7, with the lines that it received."""

    def __init__(self, broker_url: str) -> None:
        self.publisher = Publisher(broker_url, name="test", exchange=LIVE_EXCHANGE, sender="me")
        self.received: list[bytes] = []
        self.senders: set[str | None] = set()
        self.feed = Feed(
            broker_url,
            name="test",
            exchange=LIVE_EXCHANGE,
            on_message=self._on_message,
            on_connected=self._on_connected,
        )

    def _on_message(self, delivered: DeliveredMessage) -> None:
        self.received += delivered.body.split(b"\n")
        self.senders.add(delivered.header.properties.app_id)

    async def _on_connected(self) -> None:
        """Nothing was missed that a test needs."""

    async def send(self, *lines: bytes) -> None:
        """Publish lines again and again until the last arrives: those before a connect are dropped."""

        async def is_there() -> bool:
            for line in lines:
                self.publisher.publish("7", line)
            return lines[-1] in self.received

        await eventually(is_there)


@asynccontextmanager
async def connected(broker_url: str) -> AsyncIterator[Line]:
    line = Line(broker_url)
    await line.feed.bind("7")
    async with running(line.publisher.run(), line.feed.run()):
        await line.send(b"hello")
        yield line


async def test_lines_arrive_in_order_under_their_key_and_name_their_sender(broker_url: str) -> None:
    async with connected(broker_url) as line:
        line.publisher.publish("8", b"of another key")
        sent = [str(number).encode() for number in range(100)]
        for one in sent:
            line.publisher.publish("7", one)
        await line.send(b"end")
        assert [one for one in line.received if one not in (b"hello", b"end")] == sent
        assert line.senders == {"me"}


async def test_an_urgent_line_arrives_before_those_that_wait(broker_url: str) -> None:
    async with connected(broker_url) as line:
        await line.feed.bind("8")
        line.publisher.publish("7", b"first")
        line.publisher.publish("8", b"urgent", urgent=True)
        await line.send(b"end")
        arrived = [one for one in line.received if one in (b"first", b"urgent")]
        assert arrived == [b"urgent", b"first"]


async def test_without_a_broker_lines_are_dropped() -> None:
    line = Line("amqp://127.0.0.1:1/")
    async with running(line.publisher.run()):
        line.publisher.publish("7", b"x")
        await asyncio.sleep(0)
        assert line.publisher.waiting_bytes == 0


async def test_while_the_broker_is_frozen_publishing_does_not_wait_and_keeps_little(
    private_broker: Private,
) -> None:
    async with connected(private_broker.url) as line:
        with private_broker.frozen():
            for number in range(100):
                line.publisher.publish("7", b"%d" % number + b"x" * (MAX_WAITING_BYTES // 10))
                await asyncio.sleep(0)
                assert line.publisher.waiting_bytes <= MAX_WAITING_BYTES
        await line.send(b"thawed")


async def test_after_the_broker_restarted_lines_arrive_again(private_broker: Private) -> None:
    async with connected(private_broker.url) as line:
        await asyncio.to_thread(private_broker.kill)
        line.publisher.publish("7", b"lost")
        await asyncio.to_thread(private_broker.start)
        await line.send(b"back")
