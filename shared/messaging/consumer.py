"""The consumer: applies the messages that have arrived in one transaction, then acknowledges them.

- A redelivered message changes nothing, because it is in the inbox.
- A message whose handler fails is applied and rejected on its own; at the delivery limit the broker moves it
  to the dead-letter queue. A message that cannot be read goes there at once.
- While PostgreSQL is unavailable messages are held, so that they do not use up their deliveries.
- The order of a subject's messages is kept, except around one that failed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar, cast

import structlog
from aiormq.abc import AbstractChannel, DeliveredMessage
from prometheus_client import Counter, Histogram
from sqlalchemy import text

from shared import logs, tracing
from shared.db import Connection, Database
from shared.errors import Unavailable, Unprocessable
from shared.messaging import inbox
from shared.messaging.connection import BROKEN, BrokerLink
from shared.messaging.contracts import Message
from shared.messaging.envelope import Envelope, UnreadableMessage
from shared.messaging.topology import QUEUES, declare, events_queue

log = structlog.get_logger(__name__)

Handler = Callable[[Connection, Any], Awaitable[None]]
MessageT = TypeVar("MessageT", bound=Message)

BATCH: Final = 250
# Attempts per delivery while PostgreSQL answers but aborts this transaction (deadlock, lock or statement
# timeout), or another dependency of a handler is unavailable.
ATTEMPTS: Final = 10
FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 2.0
DRAIN_SECONDS: Final = 5.0
PRUNE_SECONDS: Final = 3600.0

CONSUMED = Counter("consumer_messages", "Messages settled.", ["type", "outcome"])
DELAY = Histogram(
    "consumer_delay_seconds",
    "Time from an event to the commit of its effect.",
    buckets=(0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 60),
)

_ANSWER = text("SELECT 1")


@dataclass(frozen=True, slots=True)
class _Message:
    tag: int
    envelope: Envelope
    content: Message | None

    @property
    def id(self) -> str:
        return str(self.envelope.id)


class Consumer:
    """Applies the messages of one queue to the service's database; start one in each worker process.

    The default queue is that of the events that the service subscribes to. A handler is
    `async (conn, message) -> None`: it writes with `conn`, whose transaction also records the message as
    applied, and is called again if that transaction failed. Up to `batch` messages share a transaction, and
    one that raises Unavailable is tried `attempts` times per delivery, after pauses that grow to
    `longest_pause` seconds, by default LONGEST_PAUSE.
    """

    def __init__(
        self,
        database: Database,
        broker_url: str,
        *,
        service: str,
        handlers: Mapping[type[MessageT], Handler],
        queue: str | None = None,
        batch: int = BATCH,
        attempts: int = ATTEMPTS,
        longest_pause: float | None = None,
    ) -> None:
        self.queue = queue or events_queue(service)
        if set(handlers) != set(QUEUES[self.queue]):
            raise ValueError(f"the handlers of {self.queue} do not match shared.messaging.topology")
        self._database = database
        self._link = BrokerLink(broker_url, f"{self.queue} consumer")
        self._batch = batch
        self._attempts = attempts
        self._longest_pause = longest_pause or LONGEST_PAUSE
        self._handlers: Mapping[type[Any], Handler] = handlers
        self._models: Mapping[str, type[Message]] = {message.type: message for message in handlers}

    @property
    def connected(self) -> bool:
        """Whether the broker can be reached now."""
        return self._link.connected

    async def run(self) -> None:
        """Consume until cancelled; then finish within 5 s what has arrived, and end."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._link.run(self._session))
            tasks.create_task(self._prune())

    async def _session(self, channel: AbstractChannel) -> None:
        # Messages that cannot be applied would only use up their deliveries.
        await self._wait_for_database()
        await declare(channel)
        # Two batches: the next one arrives while this one is applied.
        await channel.basic_qos(prefetch_count=2 * self._batch)
        arrived: asyncio.Queue[DeliveredMessage | None] = asyncio.Queue()
        started = await channel.basic_consume(self.queue, arrived.put)
        work = asyncio.create_task(self._work(channel, arrived))
        try:
            await asyncio.wait((work,))
        except asyncio.CancelledError:
            if not channel.is_closed:
                await _drain(channel, str(started.consumer_tag), arrived, work)
            raise
        finally:
            work.cancel()
            await asyncio.wait((work,))
        work.result()

    async def _work(self, channel: AbstractChannel, arrived: asyncio.Queue[DeliveredMessage | None]) -> None:
        last = False
        while not last:
            first = await arrived.get()
            batch = [first]
            while len(batch) < self._batch and not arrived.empty():
                batch.append(arrived.get_nowait())
            last = None in batch
            await self._settle(channel, [delivered for delivered in batch if delivered is not None])

    async def _settle(self, channel: AbstractChannel, batch: Sequence[DeliveredMessage]) -> None:
        messages = []
        for delivered in batch:
            try:
                messages.append(self._read(delivered))
            except UnreadableMessage as error:
                message_id = delivered.header.properties.message_id
                log.warning("message unreadable", message_id=message_id, reason=str(error))
                CONSUMED.labels("", "unreadable").inc()
                await channel.basic_reject(_tag(delivered), requeue=False)
        if not messages:
            return
        try:
            await self._apply_with_retries(messages)
        except Exception as error:
            if len(messages) == 1:
                await self._reject(channel, messages[0], error)
                return
            log.warning("batch failed, applying its messages one by one", reason=repr(error))
            await self._settle_singly(channel, messages)
        else:
            await channel.basic_ack(messages[-1].tag, multiple=True)

    async def _settle_singly(self, channel: AbstractChannel, messages: Sequence[_Message]) -> None:
        for message in messages:
            try:
                await self._apply_with_retries([message])
            except Exception as error:
                await self._reject(channel, message, error)
            else:
                await channel.basic_ack(message.tag)

    async def _reject(self, channel: AbstractChannel, message: _Message, error: Exception) -> None:
        """Return a message that failed to its queue, or send it to the dead letters if no retry can help."""
        CONSUMED.labels(message.envelope.type, "failed").inc()
        is_final = isinstance(error, Unprocessable)
        if is_final:
            log.warning("message refused", message_id=message.id, reason=str(error))
        else:
            log.error(
                "message failed", message_id=message.id, message_type=message.envelope.type, exc_info=error
            )
        # Not a nack: from RabbitMQ 4.3 on, only a reject counts towards the delivery limit.
        await channel.basic_reject(message.tag, requeue=not is_final)

    async def _apply_with_retries(self, messages: Sequence[_Message]) -> None:
        pause = FIRST_PAUSE
        for _ in range(self._attempts - 1):
            try:
                return await self._apply(messages)
            except Unavailable as error:
                log.warning("messages held", count=len(messages), reason=str(error))
            await asyncio.sleep(pause)
            pause = min(pause * 2, self._longest_pause)
            await self._wait_for_database()
        return await self._apply(messages)

    async def _apply(self, messages: Sequence[_Message]) -> None:
        async with self._database.transaction() as conn:
            new = await inbox.claim(conn, [message.id for message in messages])
            outcomes = [await self._apply_one(conn, message, new) for message in messages]
        now = datetime.now(UTC)
        for message, outcome in zip(messages, outcomes, strict=True):
            CONSUMED.labels(message.envelope.type, outcome).inc()
            if outcome == "applied":
                # The producer's clock may be ahead.
                DELAY.observe(max(0.0, (now - message.envelope.occurred_at).total_seconds()))

    async def _apply_one(self, conn: Connection, message: _Message, new: set[str]) -> str:
        if message.id not in new:
            return "repeated"
        # Two copies can share a batch; the second one is repeated.
        new.discard(message.id)
        trace = tracing.continue_trace(message.envelope.traceparent)
        logs.bind(message_id=message.id, message_type=message.envelope.type, trace_id=trace.trace_id)
        try:
            if message.content is None:
                log.warning("message of unknown type ignored")
                return "ignored"
            await self._handlers[type(message.content)](conn, message.content)
        finally:
            logs.bind()
        return "applied"

    def _read(self, delivered: DeliveredMessage) -> _Message:
        envelope = Envelope.decode(delivered.body)
        model = self._models.get(envelope.type)
        return _Message(_tag(delivered), envelope, None if model is None else model.from_envelope(envelope))

    async def _wait_for_database(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                async with self._database.connection() as conn:
                    await conn.execute(_ANSWER)
            except Unavailable as error:
                log.warning("consumer paused", queue=self.queue, reason=str(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                return

    async def _prune(self) -> None:
        while True:
            try:
                await inbox.prune(self._database)
            except Exception as error:
                log.warning("inbox not pruned", reason=repr(error))
            await asyncio.sleep(PRUNE_SECONDS)


async def _drain(
    channel: AbstractChannel,
    consumer_tag: str,
    arrived: asyncio.Queue[DeliveredMessage | None],
    work: asyncio.Task[None],
) -> None:
    with suppress(*BROKEN):
        await channel.basic_cancel(consumer_tag, timeout=1)
    arrived.put_nowait(None)
    done, _ = await asyncio.wait((work,), timeout=DRAIN_SECONDS)
    if not done:
        log.warning("consumer not drained in time", left=arrived.qsize())


def _tag(delivered: DeliveredMessage) -> int:
    return cast("int", delivered.delivery_tag)
