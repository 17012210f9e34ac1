"""Backup and restore: three databases at one moment, messages in flight, and a whole stack elsewhere."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aio_pika
import aiohttp
import psycopg2
import pytest

from deploy.backup.archive import list_backups, name_backup, remove_old, unpack
from deploy.backup.restore import load
from deploy.backup.source import Source
from deploy.backup.take import take
from deploy.stack.errors import DeployError
from deploy.stack.programs import SERVICES
from shared.db.migrations import migrate
from shared.messaging.connection import open_channel
from shared.messaging.contracts import TileLiked
from shared.messaging.topology import EXCHANGE, QUEUES, declare
from tests.support.commands import run
from tests.support.compose import COMPOSE_SECONDS, ComposeStack
from tests.support.parts import Databases, VirtualHost
from tests.support.people import ApiArtist
from tests.support.s3 import Bucket
from tests.support.stack import Stack, run_environment
from tests.support.waiting import poll_until

NewBroker = Callable[[], VirtualHost]


@pytest.fixture
def source(database: Databases, new_broker: NewBroker, tmp_path: Path) -> Source:
    """Provide three migrated databases and a broker, without services."""
    broker = new_broker()
    for service in SERVICES:
        url = database(service)
        migrate(service, url)
        (tmp_path / f"{service}_database_url").write_text(url)
        (tmp_path / f"{service}_broker_url").write_text(broker.url)
    (tmp_path / "auth_secret").write_text("a secret that seals the signing keys")
    return Source(tmp_path)


@asynccontextmanager
async def consumers_that_lose(broker_url: str) -> AsyncIterator[aio_pika.abc.AbstractChannel]:
    """Take every message from the queues without any effect, so that it stays in flight."""
    async with await aio_pika.connect(broker_url) as connection:
        await declare(await open_channel(connection))
        channel = await connection.channel()
        for queue in QUEUES:
            await (await channel.get_queue(queue)).consume(_take, no_ack=True)
        yield channel


async def _take(_: aio_pika.abc.AbstractIncomingMessage) -> None:
    return


async def test_messages_in_flight_are_restored_in_front_of_the_outbox(
    source: Source, database: Databases, tmp_path: Path
) -> None:
    published: list[str] = []
    waiting = str(_liked(0).id)
    with closing(source.connect("tiles")) as tiles, tiles, tiles.cursor() as statements:
        statements.execute(
            "INSERT INTO outbox (message_id, routing_key, payload) VALUES (%s, 'tile.liked.1', '{}')",
            (waiting,),
        )

    async def publish(channel: aio_pika.abc.AbstractChannel) -> None:
        exchange = await channel.get_exchange(EXCHANGE)
        while True:
            envelope = _liked(len(published))
            await exchange.publish(aio_pika.Message(envelope.encode().encode()), envelope.routing_key)
            published.append(str(envelope.id))
            await asyncio.sleep(0.02)

    async with consumers_that_lose(source.broker_url) as channel:
        publishing = asyncio.create_task(publish(channel))
        file = await take(source, tmp_path, lambda _: None)
        publishing.cancel()
    parts = tmp_path / "parts"
    manifest = unpack(file, parts)
    assert manifest.missing == ""
    urls = {service: database(service) for service in SERVICES}
    load(parts, manifest, urls, lambda _: None)
    with closing(psycopg2.connect(urls["tiles"])) as restored, restored.cursor() as statements:
        statements.execute("SELECT message_id::text FROM outbox ORDER BY id")
        *sent_again, last = (message_id for (message_id,) in statements.fetchall())
    assert last == waiting
    assert len(sent_again) == manifest.in_flight > 10
    first = published.index(sent_again[0])
    assert sent_again == published[first : first + len(sent_again)]


def _liked(number: int) -> Any:
    event = TileLiked(
        canvas_id=1, seq=number + 1, tile_id=1, creator_id=1, actor_id=2, version=1, like_count=number,
        occurred_at=datetime.now(UTC),
    )  # fmt: skip
    return event.envelope(producer="tiles", traceparent=None)


async def test_a_backup_without_a_broker_names_what_may_be_missing(source: Source, tmp_path: Path) -> None:
    (tmp_path / "auth_broker_url").write_text("amqp://nobody@127.0.0.1:1/")
    file = await take(source, tmp_path, lambda _: None)
    assert unpack(file, tmp_path / "parts").missing == "the broker was away"


async def test_a_restored_table_that_differs_is_named(
    source: Source, database: Databases, tmp_path: Path
) -> None:
    file = await take(source, tmp_path, lambda _: None)
    manifest = unpack(file, tmp_path / "parts")
    sums = {**manifest.sums, "users": {**manifest.sums["users"], "totals": (2, "0")}}
    urls = {service: database(service) for service in SERVICES}
    with pytest.raises(DeployError, match="users differs from the backed-up data in these tables: totals"):
        load(tmp_path / "parts", type(manifest)("", sums, 0, ""), urls, lambda _: None)


def test_only_backups_older_than_the_newest_are_removed(tmp_path: Path) -> None:
    days = [datetime(2026, 1, day, tzinfo=UTC) for day in range(1, 6)]
    for day in days:
        (tmp_path / name_backup(day)).touch()
    (tmp_path / "tessera-notes.txt").touch()
    remove_old(tmp_path, 2)
    assert [file.name for file in list_backups(tmp_path)] == [name_backup(day) for day in days[3:]]
    assert (tmp_path / "tessera-notes.txt").exists()


async def paint(url: str) -> tuple[str, str]:
    """Let two artists paint two tiles and like one; return the login of the first, once all is counted."""
    async with aiohttp.ClientSession(url) as http:
        one, other = [await ApiArtist.register(http, name) for name in ("ada", "bela")]
        draft = {"name": "Kept", "width": 64, "height": 64, "tile_size": 32, "palette": "pico-8"}
        status, canvas = await one.call("POST", "/canvases", json=draft)
        assert status == 201, canvas
        tile_id = await one.paint(canvas, 0, 0, bytes(range(16)) * 64)
        await other.paint(canvas, 1, 1, bytes(range(16)) * 64)
        await other.call("POST", f"/tiles/{tile_id}/like")

        async def likes() -> int:
            _, profile = await one.call("GET", f"/users/{one.id}")
            return int(profile["stats"]["likes_received"])

        assert await poll_until(likes, 1) == 1
        return one.username, one.password


async def what_is_seen(url: str, username: str, password: str) -> dict[str, Any]:
    """Read as a logged-in account: the newest canvas, its picture and tiles, its own profile and stats."""
    async with aiohttp.ClientSession(url) as http:
        artist = await ApiArtist.login(http, username, password)
        _, canvases = await artist.call("GET", "/canvases?sort=newest")
        canvas = canvases["items"][0]
        paths = {
            "picture": f"/canvases/{canvas['id']}.png",
            "tiles": f"/tiles/canvas/{canvas['id']}",
            "profile": f"/users/{artist.id}",
        }
        return {
            "canvas": canvas,
            **{name: (await artist.call("GET", path))[1] for name, path in paths.items()},
        }


async def test_a_native_stack_is_restored_elsewhere_from_a_bucket_and_that_undone(
    tmp_path: Path, bucket: Bucket
) -> None:
    identity = tmp_path / "identity.txt"
    made = await asyncio.to_thread(run, "backup-key", str(identity))
    settings = bucket.settings(made.stdout.splitlines()[0].partition("=")[2])
    first = {**run_environment(tmp_path / "first"), **settings}
    second = {**run_environment(tmp_path / "second"), **settings}
    stack = await asyncio.to_thread(Stack, tmp_path / "first", first)
    try:
        account = await paint(stack.url)
        before = await what_is_seen(stack.url, *account)
        done = await asyncio.to_thread(run, "backup", "--env", "native", env=first)
        assert done.returncode == 0, done.stderr
        (file,) = list_backups(tmp_path / "first" / "backups")
        done = await asyncio.to_thread(run, "restore", "--env", "native", "--yes", str(file), env=first)
        assert done.stderr.startswith("error: Tessera is already running in ")
    finally:
        await asyncio.to_thread(stack.stop)
    shutil.rmtree(tmp_path / "first")
    for what in (("--identity", str(identity)), ("--undo",), ("--undo",)):
        done = await asyncio.to_thread(run, "restore", "--env", "native", "--yes", *what, env=second)
        assert done.returncode == 0, done.stderr
    stack = await asyncio.to_thread(Stack, tmp_path / "second", second)
    try:
        assert await what_is_seen(stack.url, *account) == before
    finally:
        await asyncio.to_thread(stack.stop)


@pytest.mark.timeout(COMPOSE_SECONDS)
async def test_a_restore_under_compose_removes_later_changes(
    compose: ComposeStack,
) -> None:
    account = await paint(compose.url)
    before = await what_is_seen(compose.url, *account)
    done = await asyncio.to_thread(compose.deploy, "backup")
    assert done.returncode == 0, done.stderr
    await paint(compose.url)
    file = list_backups(compose.project.var.root / "backups" / "kept")[-1]
    done = await asyncio.to_thread(compose.deploy, "restore", "--yes", str(file))
    assert done.returncode == 0, done.stderr
    assert await what_is_seen(compose.url, *account) == before


@pytest.mark.timeout(2 * COMPOSE_SECONDS)
async def test_a_restore_under_compose_starts_a_stack_on_a_new_postgresql(compose: ComposeStack) -> None:
    account = await paint(compose.url)
    before = await what_is_seen(compose.url, *account)
    done = await asyncio.to_thread(compose.deploy, "backup")
    assert done.returncode == 0, done.stderr
    file = list_backups(compose.project.var.root / "backups" / "kept")[-1]
    done = await asyncio.to_thread(compose.deploy, "down")
    assert done.returncode == 0, done.stderr
    await asyncio.to_thread(compose.docker, "volume", "rm", f"{compose.project.name}_postgres")
    done = await asyncio.to_thread(compose.deploy, "restore", "--yes", str(file))
    assert done.returncode == 0, done.stderr
    assert await what_is_seen(compose.url, *account) == before
