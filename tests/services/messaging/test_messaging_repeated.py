"""Every message that a service consumes has its effect once, however often the broker delivers it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import aiormq
import pytest
from prometheus_client import REGISTRY

from services.auth.consumed import command_handlers, export_handlers, mail_handlers
from services.auth.exports.service import PartHandler
from services.auth.keys.cipher import KeyCipher
from services.auth.mail.mailer import FolderMailer
from services.auth.mail.service import MailHandler
from services.auth.moderation.service import ModerationHandler
from services.auth.tables import metadata as auth_tables
from services.tiles.consumed import HANDLERS as TILES_HANDLERS
from services.tiles.tables import metadata as tiles_tables
from services.users.consumed import event_handlers
from services.users.profiles.service import Profiles
from services.users.reports.service import Reports
from services.users.tables import metadata as users_tables
from shared.db import Database
from shared.db.migrations import migrate
from shared.messaging.consumer import Consumer, Handler
from shared.messaging.contracts import (
    AccountRegistered,
    CanvasCreated,
    Event,
    Message,
    TileCreated,
)
from shared.messaging.envelope import new_message_id
from shared.messaging.outbox import Outbox
from shared.messaging.topology import QUEUES, address, declare
from tests.support.contracts import COMMANDS, EVENTS, NOON, TILE
from tests.support.messaging import apply, everything, opened, running, sql
from tests.support.parts import Databases, emptying
from tests.support.users import CLEAR_AUDIT
from tests.support.waiting import eventually

SAMPLES: Mapping[type[Message], Message] = {type(message): message for message in (*EVENTS, *COMMANDS)}
TABLES = {"auth": auth_tables, "users": users_tables, "tiles": tiles_tables}


class Publisher:
    """Delivers messages to their queues, as the relays do."""

    def __init__(self, channel: aiormq.abc.AbstractChannel) -> None:
        self._channel = channel

    async def deliver(self, message: Message, message_id: UUID) -> str:
        """Publish a message and wait until the consumer has settled it; return how it did."""
        before = _settled(message)
        envelope = message.envelope(producer="tests", traceparent=None).model_copy(update={"id": message_id})
        exchange, key = address(message.type, envelope.routing_key)
        await self._channel.basic_publish(envelope.encode().encode(), exchange=exchange, routing_key=key)

        async def is_settled() -> bool:
            return _settled(message) != before

        await eventually(is_settled)
        return next(outcome for outcome, count in _settled(message).items() if count != before[outcome])


def _settled(message: Message) -> dict[str, float]:
    """How many messages of that type have been settled in this process, by outcome."""
    return {
        outcome: REGISTRY.get_sample_value(
            "consumer_messages_total", {"type": message.type, "outcome": outcome}
        )
        or 0
        for outcome in ("applied", "repeated", "failed", "ignored")
    }


@asynccontextmanager
async def publisher(broker_url: str) -> AsyncIterator[Publisher]:
    connection = await aiormq.connect(broker_url)
    channel = await connection.channel()
    await declare(channel)
    yield Publisher(channel)
    await connection.close()


def handlers_of(queue: str, db: Database, folder: Path) -> Mapping[type[Any], Handler]:
    service = queue.partition(".")[0]
    outbox = Outbox(db, producer=service)
    mailer = FolderMailer(folder, "wall@mail.test", "localhost")
    handlers: Mapping[str, Mapping[type[Any], Handler]] = {
        "users.events": event_handlers(Profiles(db, outbox), Reports(db, outbox, per_hour=20)),
        "tiles.events": TILES_HANDLERS,
        "auth.commands": command_handlers(ModerationHandler(outbox)),
        "auth.mail": mail_handlers(MailHandler(mailer, KeyCipher("s" * 32), "http://localhost")),
        "auth.exports": export_handlers(PartHandler(outbox)),
    }
    return handlers[queue]


GIVEN: Sequence[Event] = (
    *(
        AccountRegistered(account_id=account_id, username=username, registered_at=NOON)
        for account_id, username in ((1, "ann"), (2, "bob"), (9, "mod"))
    ),
    CanvasCreated(canvas_id=7, seq=1, owner_id=2, name="Wall"),
    TileCreated(**{**TILE, "seq": 2, "actor_id": 1, "like_count": 0}, x=0, y=1),
)
"""What has happened before a sample, to which it makes a difference."""

ROWS = {
    "auth": "INSERT INTO accounts (id, username, email, password_hash, roles, email_verified) VALUES"
    " (9, 'mod', 'mod@mail.test', '$argon2id$', '{admin}', true),"
    " (12, 'ada', 'ada@mail.test', '$argon2id$', '{}', true);"
    " INSERT INTO exports (id, account_id, expires_at) VALUES (3, 12, now() + interval '1 day')",
    "users": "INSERT INTO profiles (id, username) VALUES (12, 'ada');"
    " INSERT INTO notice_boxes (recipient_id, digest) VALUES (12, true)",
    "tiles": "INSERT INTO artists (id, username) VALUES (12, 'old')",
}
"""What is stored then, beside what these events leave."""


@pytest.mark.parametrize("queue", QUEUES)
async def test_a_message_has_its_effect_once_however_often_it_is_delivered(
    queue: str, database: Databases, broker_url: str, tmp_path: Path
) -> None:
    service = queue.partition(".")[0]
    tables, url = TABLES[service], database(service)
    migrate(service, url)
    async with opened(url) as db, publisher(broker_url) as messages:
        handlers = handlers_of(queue, db, tmp_path)
        consumer = Consumer(db, broker_url, service=service, handlers=handlers, queue=queue)

        async def state() -> tuple[Any, int]:
            return await everything(db, tables), len(os.listdir(tmp_path))

        with emptying(url, tables, instead={"audit": CLEAR_AUDIT}) as empty:
            async with running(consumer.run()):
                for content in QUEUES[queue]:
                    empty()
                    await sql(url, ROWS[service])
                    await apply(db, handlers, *(event for event in GIVEN if type(event) in handlers))
                    before, message_id = await state(), new_message_id()
                    assert await messages.deliver(SAMPLES[content], message_id) == "applied"
                    once = await state()
                    assert once != before, f"{content.type} had no effect"
                    assert await messages.deliver(SAMPLES[content], message_id) == "repeated"
                    assert await state() == once, f"{content.type} had an effect again"
