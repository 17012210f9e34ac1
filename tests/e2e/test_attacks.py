"""While one client attacks as fast as the gateway lets it, others go on as if nothing happened.

The stack has the limits of production. How long an innocent user waits for a login, for `GET /auth/me` and
for the acknowledgement of a stroke is compared with the calm before on the same machine, not with the clock.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import random
import secrets
import string
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from statistics import median

import aiohttp
import psycopg2
import pytest

from deploy.stack.settings.catalogue import settings_of
from deploy.stack.settings.stack import LOCAL_DEFAULTS
from services.tiles.edits.rules import MAX_PIXELS
from services.tiles.live.api import MAX_MESSAGE_BYTES
from tests.support.attacker import Attack, Flood, Request, attacking
from tests.support.binary import encode_paint
from tests.support.people import ApiArtist
from tests.support.stack import Stack, run_environment
from tests.support.waiting import PATIENCE

ROUNDS = 15
LARGEST_RATIO = 8
"""An attack may use the spare time of the cores; one that holds an event loop costs hundreds of times."""

ATTEMPTS = 3
"""Other work may begin on the machine after the calm; an attack that holds others up does so each time."""

SIDE = 32
BIG_SIDE, BIG_COLUMNS = 128, 64
"""The largest canvas there may be, 8192 x 8192, of the largest tiles."""

DEFAULTS = {name: settings_of("prod")[name].defaults["prod"] for name in LOCAL_DEFAULTS}
"""Limits of production, which a local run raises for load tests."""


class Innocent:
    """A user in a session and at a canvas, who makes each kind of call in turn."""

    def __init__(self, artist: ApiArtist, socket: aiohttp.ClientWebSocketResponse, tile_id: int) -> None:
        self._artist = artist
        self._socket = socket
        self._tile_id = tile_id

    async def measure(self) -> dict[str, float]:
        """Return the median seconds of a login, of `GET /auth/me` and of the acknowledgement of a stroke."""
        found: dict[str, list[float]] = {"login": [], "me": [], "stroke": []}
        for _ in range(ROUNDS):
            for name, call in (("login", self._log_in), ("me", self._ask), ("stroke", self._paint)):
                started = time.perf_counter()
                async with asyncio.timeout(PATIENCE):
                    await call()
                found[name].append(time.perf_counter() - started)
        return {name: median(seconds) for name, seconds in found.items()}

    async def _log_in(self) -> None:
        login = {"username": self._artist.username, "password": self._artist.password}
        async with self._artist.http.post("/api/v1/auth/login", json=login) as response:
            assert response.status == 200, await response.text()

    async def _ask(self) -> None:
        async with self._artist.http.get("/api/v1/auth/me", headers=self._artist.headers) as response:
            assert response.status == 200, await response.text()

    async def _paint(self) -> None:
        pixels = [[random.randrange(SIDE**2), 1]]
        await self._socket.send_json({"type": "paint", "ref": 1, "tile_id": self._tile_id, "pixels": pixels})
        async for message in self._socket:
            answer = message.json()
            if answer["type"] in ("ack", "nack"):
                assert answer["type"] == "ack", answer
                return
        raise AssertionError("the socket was closed")


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with the limits of production, but for the challenge, which the innocent here do not solve."""
    var = tmp_path_factory.mktemp("attacked") / "var"
    unchallenged = {"AUTH_REGISTRATIONS_BEFORE_CHALLENGE": "100000"}
    stack = Stack(var, {**run_environment(var), **DEFAULTS, **unchallenged})
    yield stack
    stack.stop()


@pytest.fixture
async def http(attacked: Stack) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(attacked.url) as session:
        yield session


async def make_canvas(owner: ApiArtist, side: int, columns: int) -> int:
    draft = {
        "name": "A target", "width": side * columns, "height": side * columns, "tile_size": side,
        "palette": "pico-8", "collaboration_mode": "free", "max_tiles_per_user": 16,
    }  # fmt: skip
    status, canvas = await owner.call("POST", "/canvases", json=draft)
    assert status == 201, canvas
    return int(canvas["id"])


async def claim(artist: ApiArtist, canvas_id: int, x: int, side: int = SIDE) -> int:
    blank = base64.b64encode(bytes(side**2)).decode()
    draft = {"canvas_id": canvas_id, "x": x, "y": 0, "pixels": blank}
    status, tile = await artist.call("POST", "/tiles", json=draft)
    assert status == 201, tile
    return int(tile["id"])


def fill_with_noise(stack: Stack, canvas_id: int) -> None:
    """Fill a canvas of BIG_COLUMNS x BIG_COLUMNS cells with pixels that hardly compress, by SQL."""
    noise = [bytes(byte % 17 for byte in random.randbytes(BIG_SIDE**2)) for _ in range(16)]
    with psycopg2.connect((stack.var / "secrets" / "tiles_database_url").read_text()) as connection:
        connection.cursor().execute(
            "INSERT INTO tiles (canvas_id, x, y, size, pixels, is_public, creator_id, version)"
            " SELECT canvases.id, n %% %(columns)s, n / %(columns)s, %(side)s,"
            " (%(noise)s::bytea[])[1 + n %% 16], true, owner_id, 1"
            " FROM generate_series(0, %(columns)s * %(columns)s - 1) AS n, canvases"
            " WHERE canvases.id = %(canvas)s",
            {"columns": BIG_COLUMNS, "side": BIG_SIDE, "noise": noise, "canvas": canvas_id},
        )
    connection.close()


async def many_keys(attacked: Stack, attacker: ApiArtist) -> list[Request]:
    keys = itertools.islice(itertools.product(string.ascii_letters, repeat=3), 120_000)
    body = json.dumps({"".join(key): 1 for key in keys}, separators=(",", ":"))
    return [
        Request("POST", path, body, attacker.token)
        for path in ("/api/v1/auth/login", "/api/v1/auth/register", "/api/v1/tiles", "/api/v1/canvases")
    ]


async def registrations(attacked: Stack, attacker: ApiArtist) -> list[Request]:
    def register() -> Request:
        name = f"crowd_{secrets.token_hex(6)}"
        body = {"username": name, "email": f"{name}@example.net", "password": secrets.token_hex(8)}
        return Request("POST", "/api/v1/auth/register", json.dumps(body))

    return [register() for _ in range(3000)]


async def big_pictures(attacked: Stack, attacker: ApiArtist) -> list[Request]:
    big = await make_canvas(attacker, BIG_SIDE, BIG_COLUMNS)
    await asyncio.to_thread(fill_with_noise, attacked, big)
    cells = itertools.product(range(0, BIG_COLUMNS, 4), repeat=2)
    return [
        Request("GET", f"/api/v1/canvases/{big}.png?x={x}&y={y}&columns=4&rows=4&scale=8") for x, y in cells
    ]


async def large_strokes(attacked: Stack, attacker: ApiArtist) -> Flood:
    canvas_id = await make_canvas(attacker, SIDE, 4)
    pixels = [[random.randrange(SIDE**2), 1 + random.randrange(16)] for _ in range(MAX_PIXELS)]
    stroke = {"type": "paint", "ref": 1, "tile_id": await claim(attacker, canvas_id, 0), "pixels": pixels}
    return flood_of(canvas_id, attacker, 100, text=json.dumps(stroke, separators=(",", ":")))


async def packed_strokes(attacked: Stack, attacker: ApiArtist) -> Flood:
    canvas_id = await make_canvas(attacker, SIDE, 4)
    pixels = [(0, 1)] * (MAX_MESSAGE_BYTES - 16)
    packed = encode_paint(1, await claim(attacker, canvas_id, 0), *pixels)
    return flood_of(canvas_id, attacker, 100, packed=base64.b64encode(packed).decode())


async def junk(attacked: Stack, attacker: ApiArtist) -> Flood:
    text = json.dumps({"type": [[]] * 16_000}, separators=(",", ":"))
    return flood_of(await make_canvas(attacker, SIDE, 4), attacker, 100, text=text)


async def pings(attacked: Stack, attacker: ApiArtist) -> Flood:
    return flood_of(await make_canvas(attacker, SIDE, 4), attacker, 2000, text='{"type": "ping"}')


def flood_of(canvas_id: int, attacker: ApiArtist, per_second: float, **message: str) -> Flood:
    return Flood(f"/api/v1/ws/canvas/{canvas_id}", attacker.token, per_second, **message)


async def patches(attacked: Stack, attacker: ApiArtist) -> list[Request]:
    canvas_id = await make_canvas(attacker, SIDE, 4)
    path = f"/api/v1/tiles/{await claim(attacker, canvas_id, 0)}/pixels"
    body = json.dumps({"pixels": [[0, 1]] * MAX_PIXELS})
    return [Request("PATCH", path, body, attacker.token)]


@pytest.mark.parametrize(
    "kind",
    [many_keys, registrations, big_pictures, patches, large_strokes, packed_strokes, junk, pings],
)
async def test_an_attack_does_not_hold_up_others(
    attacked: Stack, http: aiohttp.ClientSession, kind: Callable[[Stack, ApiArtist], Awaitable[Attack]]
) -> None:
    innocent, attacker = [await ApiArtist.register(http, name) for name in ("innocent", "attacker")]
    canvas_id = await make_canvas(innocent, SIDE, 4)
    tile_id = await claim(innocent, canvas_id, 0)
    attack = await kind(attacked, attacker)
    _, ticket = await innocent.call("POST", "/auth/ws-ticket")
    async with http.ws_connect(f"/api/v1/ws/canvas/{canvas_id}", params=ticket) as socket:
        user = Innocent(innocent, socket, tile_id)
        for _ in range(ATTEMPTS):
            calm = await user.measure()
            async with attacking(attacked.url, attack) as outcomes:
                harmed = await user.measure()
            ratios = {name: harmed[name] / calm[name] for name in calm}
            if max(ratios.values()) <= LARGEST_RATIO:
                return
    pytest.fail(f"{ratios}, {outcomes}")
