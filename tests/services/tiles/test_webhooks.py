"""Webhooks: signed, in order, repeated until accepted, and never a way into the operator's network."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from services.tiles.webhooks import sender
from services.tiles.webhooks.rules import FAILURES_MAX, WEBHOOKS_MAX, make_secret, write_secret
from services.tiles.webhooks.sender import WebhookSender
from shared.db import Database
from tests.support.auth import fields_at_fault, problem
from tests.support.messaging import sql
from tests.support.tiles import StartTiles, TilesClient

LOOPBACK = (ip_network("127.0.0.0/8"),)
SECRET = make_secret()


@dataclass
class Receiver:
    """A server that takes deliveries, and answers with `status`."""

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    is_frozen: bool = False
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        if self.is_frozen:
            await self.released.wait()
        return web.Response(status=self.status, headers=self.headers)

    @property
    def seqs(self) -> list[int]:
        return [event["seq"] for _, body in self.got for event in json.loads(body)["events"]]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.take)
    async with TestServer(app) as server:
        receiver.url = str(server.make_url("/hook"))
        yield receiver
        receiver.released.set()


@pytest.fixture
async def tiles(start_tiles: StartTiles, database_url: str) -> TilesClient:
    return await start_tiles(database_url, webhook_networks="127.0.0.0/8")


@pytest.fixture
async def db(tiles: TilesClient) -> AsyncIterator[Database]:
    database = Database(tiles.database_url, application="worker of a test")
    yield database
    await database.close()


@pytest.fixture
def worker(db: Database) -> WebhookSender:
    """A worker whose operator allows receivers on this machine."""
    return WebhookSender(db, LOOPBACK)


async def make(tiles: TilesClient, canvas_id: int, url: str, who: str = "owner", **kwargs: Any) -> Any:
    return await tiles.call(who, "POST", f"/canvases/{canvas_id}/webhooks", json={"url": url}, **kwargs)


async def insert(tiles: TilesClient, canvas_id: int, url: str) -> None:
    """Store a webhook whatever its address, as if it had led elsewhere when it was made."""
    await sql(
        tiles.database_url,
        "INSERT INTO webhooks (canvas_id, url, secret, delivered_seq)"
        f" VALUES ({canvas_id}, '{url}', '\\x{SECRET.hex()}', 0)",
    )


async def state(tiles: TilesClient, canvas_id: int) -> dict[str, Any]:
    """Return the canvas's only webhook, as its owner sees it."""
    response = await tiles.call("owner", "GET", f"/canvases/{canvas_id}/webhooks")
    [shown] = (await response.json())["items"]
    return dict(shown)


async def make_due(tiles: TilesClient) -> None:
    await sql(tiles.database_url, "UPDATE webhooks SET next_attempt_at = now()")


async def test_changes_are_delivered_in_order_from_when_the_webhook_was_made(
    tiles: TilesClient, receiver: Receiver, worker: WebhookSender
) -> None:
    canvas = await tiles.canvas()
    assert (await make(tiles, canvas["id"], receiver.url)).status == 201
    for x in range(3):
        await tiles.tile("ann", canvas["id"], x)
    await worker.deliver_due()
    await worker.deliver_due()
    assert receiver.seqs == [2, 3, 4]
    [(_, body)] = receiver.got
    told = json.loads(body)
    assert (told["canvas_id"], told["missed"]) == (canvas["id"], False)
    assert {event["kind"] for event in told["events"]} == {"tile.created"}


async def test_a_delivery_is_signed_with_the_secret_that_is_shown_once(
    tiles: TilesClient, receiver: Receiver, worker: WebhookSender
) -> None:
    canvas = await tiles.canvas()
    secret = (await (await make(tiles, canvas["id"], receiver.url)).json())["secret"]
    await tiles.tile("ann", canvas["id"])
    await worker.deliver_due()
    [(headers, body)] = receiver.got
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), signed, "sha256")
    assert headers["webhook-signature"] == "v1," + base64.b64encode(expected).decode()
    assert "secret" not in await state(tiles, canvas["id"])


async def test_what_was_refused_is_repeated_with_the_same_id_after_a_pause(
    tiles: TilesClient, receiver: Receiver, worker: WebhookSender
) -> None:
    canvas = await tiles.canvas()
    await make(tiles, canvas["id"], receiver.url)
    await tiles.tile("ann", canvas["id"])
    receiver.status = 500
    await worker.deliver_due()
    await worker.deliver_due()  # too early
    assert (await state(tiles, canvas["id"]))["last_error"] == "status 500"
    receiver.status = 204
    await make_due(tiles)
    await worker.deliver_due()
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert receiver.seqs == [2, 2]
    assert (await state(tiles, canvas["id"]))["last_error"] is None


async def test_a_webhook_that_fails_for_a_day_is_switched_off(
    tiles: TilesClient, receiver: Receiver, worker: WebhookSender
) -> None:
    canvas = await tiles.canvas()
    await make(tiles, canvas["id"], receiver.url)
    await tiles.tile("ann", canvas["id"])
    receiver.status = 410
    await sql(tiles.database_url, f"UPDATE webhooks SET failures = {FAILURES_MAX - 1}")
    await worker.deliver_due()
    assert (await state(tiles, canvas["id"]))["disabled_at"] is not None
    await make_due(tiles)
    await worker.deliver_due()
    assert len(receiver.got) == 1


async def test_of_eight_workers_one_delivers(tiles: TilesClient, receiver: Receiver, db: Database) -> None:
    canvas = await tiles.canvas()
    await make(tiles, canvas["id"], receiver.url)
    await tiles.tile("ann", canvas["id"])
    await asyncio.gather(*(WebhookSender(db, LOOPBACK).deliver_due() for _ in range(8)))
    assert receiver.seqs == [2]


async def test_a_receiver_that_never_answers_is_given_up_on_and_holds_up_no_other(
    tiles: TilesClient, receiver: Receiver, worker: WebhookSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "SECONDS", 0.2)
    canvas = await tiles.canvas()
    await make(tiles, canvas["id"], receiver.url)
    await tiles.tile("ann", canvas["id"])
    receiver.is_frozen = True
    await worker.deliver_due()
    assert (await state(tiles, canvas["id"]))["last_error"] == "no answer within 0.2 s"


async def test_a_delivery_says_what_was_missed(
    tiles: TilesClient, receiver: Receiver, worker: WebhookSender
) -> None:
    canvas = await tiles.canvas()
    await make(tiles, canvas["id"], receiver.url)
    for x in range(3):
        await tiles.tile("ann", canvas["id"], x)
    await sql(tiles.database_url, "DELETE FROM canvas_events WHERE seq <= 3")
    await worker.deliver_due()
    assert json.loads(receiver.got[0][1])["missed"] is True


async def test_the_last_delivery_says_that_the_canvas_was_deleted(
    tiles: TilesClient, receiver: Receiver, worker: WebhookSender
) -> None:
    canvas = await tiles.canvas()
    await make(tiles, canvas["id"], receiver.url)
    assert (await tiles.call("owner", "DELETE", f"/canvases/{canvas['id']}")).status == 204
    await worker.deliver_due()
    assert json.loads(receiver.got[0][1])["events"][-1]["kind"] == "canvas.deleted"
    assert await sql(tiles.database_url, "SELECT count(*) FROM webhooks") == 0


@asynccontextmanager
async def counting_connections(host: str) -> AsyncIterator[tuple[int, Callable[[], int]]]:
    """A port on which nobody may connect; yields it, and how many did."""
    count = 0

    async def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        writer.close()

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    server = await asyncio.start_server(take, host, 0, family=family)
    async with server:
        yield server.sockets[0].getsockname()[1], lambda: count


def resolve_by(look_up: Callable[..., Awaitable[list[Any]]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `look_up` say what names that end in `.test` resolve to."""
    loop = asyncio.get_running_loop()
    original = loop.getaddrinfo

    async def resolve(host: str, *args: Any, **kwargs: Any) -> list[Any]:
        ask = look_up if host.endswith(".test") else original
        return list(await ask(host, *args, **kwargs))

    monkeypatch.setattr(loop, "getaddrinfo", resolve)


@pytest.mark.parametrize(
    ("bound", "host"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "localhost"),
        ("127.0.0.1", "LOCALHOST."),
        ("127.0.0.1", "127.1"),
        ("127.0.0.1", "2130706433"),
        ("127.0.0.1", "0x7f000001"),
        ("127.0.0.1", "0177.0.0.1"),
        ("127.0.0.1", "0.0.0.0"),
        ("127.0.0.1", "[::ffff:127.0.0.1]"),
        ("127.0.0.1", "[::ffff:7f00:1]"),
        ("::1", "[::1]"),
        ("::1", "[0:0:0:0:0:0:0:1]"),
    ],
)
async def test_nothing_on_this_machine_is_ever_connected_to(
    tiles: TilesClient, db: Database, bound: str, host: str
) -> None:
    canvas = await tiles.canvas()
    async with counting_connections(bound) as (port, count):
        await insert(tiles, canvas["id"], f"http://{host}:{port}/")
        await WebhookSender(db, ()).deliver_due()
        assert count() == 0
    assert (await state(tiles, canvas["id"]))["last_error"] is not None


async def test_the_address_of_a_clouds_metadata_is_never_connected_to(
    tiles: TilesClient, db: Database
) -> None:
    canvas = await tiles.canvas()
    await insert(tiles, canvas["id"], "http://169.254.169.254/latest/meta-data/")
    await WebhookSender(db, ()).deliver_due()
    assert (await state(tiles, canvas["id"]))["last_error"] == "this address is not allowed"


async def test_a_redirect_is_not_followed(
    tiles: TilesClient, receiver: Receiver, worker: WebhookSender
) -> None:
    canvas = await tiles.canvas()
    async with counting_connections("::1") as (port, count):
        receiver.status, receiver.headers = 307, {"Location": f"http://[::1]:{port}/"}
        await make(tiles, canvas["id"], receiver.url)
        await tiles.tile("ann", canvas["id"])
        await worker.deliver_due()
        assert count() == 0
    assert (await state(tiles, canvas["id"]))["last_error"] == "status 307"


async def test_a_name_is_resolved_once_and_what_it_resolved_to_is_what_is_connected_to(
    tiles: TilesClient, receiver: Receiver, worker: WebhookSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It leads to the receiver at the first look, and to what is forbidden at every later one."""
    looks = 0

    async with counting_connections("::1") as (forbidden, count):

        async def look_up(host: str, port: int, **_: Any) -> list[Any]:
            nonlocal looks
            looks += 1
            if looks == 1:
                address: tuple[Any, ...] = ("127.0.0.1", port)
                return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address)]
            return [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", forbidden, 0, 0))]

        resolve_by(look_up, monkeypatch)
        canvas = await tiles.canvas()
        port = receiver.url.rsplit(":", 1)[1].split("/")[0]
        await insert(tiles, canvas["id"], f"http://changing.test:{port}/hook")
        await worker.deliver_due()
        assert (looks, receiver.seqs, count()) == (1, [1], 0)
        await tiles.tile("ann", canvas["id"])
        await worker.deliver_due()
        assert (looks, receiver.seqs, count()) == (2, [1], 0)


async def test_a_forbidden_address_among_those_of_a_name_is_not_connected_to(
    tiles: TilesClient, worker: WebhookSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with counting_connections("::1") as (forbidden, count):

        async def look_up(*_: Any, **__: Any) -> list[Any]:
            return [
                (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", forbidden, 0, 0)),
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 1)),
            ]

        resolve_by(look_up, monkeypatch)
        canvas = await tiles.canvas()
        await insert(tiles, canvas["id"], "http://several.test/")
        await worker.deliver_due()
        assert count() == 0


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "example.org",
        "http://",
        "http://user:password@example.org/",
        "https://example.org/#a",
        "http://localhost/",
        "http://10.0.0.1/",
        "http://169.254.169.254/",
        "http://[::1]/",
        "http://[fd00::1]/",
        "http://[fe80::1]/",
        "http://[64:ff9b::a00:1]/",
        "http://[2002:a00:1::]/",
        "http://224.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://example.org:0/",
        "http://[/",
        "http://ex\u00e4mple.org/",
        "https://example.org/" + "a" * 500,
    ],
)
async def test_an_address_that_a_webhook_cannot_have_is_named(
    start_tiles: StartTiles, database_url: str, url: str
) -> None:
    tiles = await start_tiles(database_url)
    canvas = await tiles.canvas()
    assert await fields_at_fault(await make(tiles, canvas["id"], url)) == {"body.url"}


@pytest.mark.parametrize(
    ("who", "roles", "made", "removed"),
    [
        (None, (), 401, 401),
        ("stranger", (), 403, 403),
        ("owner", (), 201, 204),
        ("mod", ("moderator",), 201, 204),
        ("admin", ("admin",), 201, 204),
    ],
)
async def test_who_may_manage_the_canvas_may_manage_its_webhooks(
    tiles: TilesClient, who: str | None, roles: tuple[str, ...], made: int, removed: int
) -> None:
    canvas = await tiles.canvas()
    path = f"/canvases/{canvas['id']}/webhooks"
    owned = await (await make(tiles, canvas["id"], "https://example.org/")).json()
    body = {"url": "https://example.org/"}
    assert (await tiles.call(who, "POST", path, json=body, roles=roles)).status == made
    assert (await tiles.call(who, "GET", path, roles=roles)).status == (200 if made == 201 else made)
    assert (await tiles.call(who, "DELETE", f"{path}/{owned['id']}", roles=roles)).status == removed


async def test_a_webhook_of_another_canvas_is_not_found(tiles: TilesClient) -> None:
    canvas, other = await tiles.canvas(), await tiles.canvas("bob")
    made = await (await make(tiles, canvas["id"], "https://example.org/")).json()
    response = await tiles.call("bob", "DELETE", f"/canvases/{other['id']}/webhooks/{made['id']}")
    assert await problem(response) == (404, "webhook_not_found")


async def test_the_number_of_webhooks_is_limited_although_eight_are_made_at_once(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    responses = await asyncio.gather(
        *(make(tiles, canvas["id"], "https://example.org/") for _ in range(WEBHOOKS_MAX + 3))
    )
    assert sorted(response.status for response in responses) == [201] * WEBHOOKS_MAX + [409] * 3


def test_a_secret_is_written_as_standard_webhooks_does() -> None:
    assert write_secret(bytes(32)) == "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
