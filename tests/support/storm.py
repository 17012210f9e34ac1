"""Artists who go on writing while the stack breaks under them, and what they were promised meanwhile.

Each writes something recognisable, so that the journal shows whether it was lost or happened twice. A change
whose answer never came may have happened or not; it is not repeated, except where repeating changes nothing.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.support.people import ApiArtist
from tests.support.waiting import PATIENCE, eventually

SIDE = 32
BLANK = base64.b64encode(bytes(SIDE * SIDE)).decode()
PAUSE = 0.02  # seconds between two changes of an artist: the cores are used, not starved

Event = Mapping[str, Any]


class Writer(ABC):
    """An artist who makes one kind of change over and over; `answered` counts the changes acknowledged."""

    def __init__(self, artist: ApiArtist) -> None:
        self.artist = artist
        self.answered = 0
        self.refusals: Counter[str] = Counter()
        self.over = False

    @abstractmethod
    async def write(self) -> None:
        """Make changes until `over` is set; the last one is waited for."""

    @abstractmethod
    def check(self, journal: Sequence[Event]) -> None:
        """Raise AssertionError if the journal lacks an acknowledged change, or has one twice."""

    async def call_once(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Return status and body of a call; status 503 also when no service answered."""
        try:
            async with self.artist.http.request(
                method, f"/api/v1{path}", json=body, headers=self.artist.headers
            ) as response:
                if response.status < 500 and "X-Service" in response.headers:
                    return response.status, await response.json()
                self.refusals[await _code_of(response)] += 1
        except aiohttp.ClientError as error:
            self.refusals[type(error).__name__] += 1
        return 503, None


class StrokePainter(Writer):
    """Paints strokes over a WebSocket, each of one pixel that no other stroke of this artist has."""

    def __init__(self, artist: ApiArtist, canvas_id: int, tile_id: int) -> None:
        super().__init__(artist)
        self._canvas_id = canvas_id
        self._tile_id = tile_id
        self._numbers = itertools.count()
        self._acknowledged: dict[int, list[list[int]]] = {}

    async def write(self) -> None:
        while not self.over:
            try:
                await self._paint_until_disconnected()
            except aiohttp.ClientError as error:
                self.refusals[type(error).__name__] += 1
            await asyncio.sleep(0.1)

    async def _paint_until_disconnected(self) -> None:
        _, ticket = await self.artist.call("POST", "/auth/ws-ticket")
        path = f"/api/v1/ws/canvas/{self._canvas_id}"
        async with self.artist.http.ws_connect(path, params={"ticket": ticket["ticket"]}) as socket:
            for number in self._numbers:
                pixels = [[number % SIDE**2, 1 + number // SIDE**2]]
                stroke = {"type": "paint", "ref": number, "tile_id": self._tile_id, "pixels": pixels}
                await socket.send_json(stroke)
                answer = await self._answer(socket)
                if answer is None:
                    return
                if answer["type"] == "ack":
                    self._acknowledged[answer["seq"]] = pixels
                    self.answered += 1
                else:
                    self.refusals[answer["code"]] += 1
                if self.over:
                    return
                await asyncio.sleep(PAUSE)

    async def _answer(self, socket: aiohttp.ClientWebSocketResponse) -> Any:
        """Return the next ack or nack, None if the connection ends first."""
        async with asyncio.timeout(PATIENCE):
            async for message in socket:
                answer = message.json()
                if answer["type"] in ("ack", "nack"):
                    return answer
        return None

    def check(self, journal: Sequence[Event]) -> None:
        painted = {
            event["seq"]: event["pixels"]
            for event in journal
            if event["kind"] == "tile.painted" and event["tile_id"] == self._tile_id
        }
        lost = {seq: pixels for seq, pixels in self._acknowledged.items() if painted.get(seq) != pixels}
        assert not lost
        assert_no_repetition(map(str, painted.values()))


class Editor(Writer):
    """Saves a whole tile by PUT, each time under a title of its own."""

    def __init__(self, artist: ApiArtist, tile_id: int) -> None:
        super().__init__(artist)
        self._tile_id = tile_id
        self._saved: dict[int, str] = {}

    async def write(self) -> None:
        for number in itertools.count():
            pixels = base64.b64encode(bytes([number % 16]) * SIDE**2).decode()
            body = {"title": f"save {number}", "pixels": pixels}
            status, saved = await self.call_once("PUT", f"/tiles/{self._tile_id}", body)
            if status == 200:
                self._saved[saved["version"]] = body["title"]
                self.answered += 1
            if self.over:
                return
            await asyncio.sleep(PAUSE)

    def check(self, journal: Sequence[Event]) -> None:
        saves = [
            event["tile"]
            for event in journal
            if event["kind"] == "tile.updated" and event["tile"]["id"] == self._tile_id
        ]
        titles = {tile["version"]: tile["title"] for tile in saves}
        lost = {version: title for version, title in self._saved.items() if titles.get(version) != title}
        assert not lost
        assert_no_repetition(tile["title"] for tile in saves)


class Fan(Writer):
    """Likes tiles and takes every third like back, each until it is answered; `likes` are what remains."""

    def __init__(self, artist: ApiArtist, tiles: Sequence[int]) -> None:
        super().__init__(artist)
        self._tiles = tiles
        self.likes: set[int] = set()

    async def write(self) -> None:
        for number, tile_id in enumerate(itertools.cycle(self._tiles)):
            takes_back = number % 3 == 2
            status, _ = await self.artist.call("DELETE" if takes_back else "POST", f"/tiles/{tile_id}/like")
            assert status == 200
            (self.likes.discard if takes_back else self.likes.add)(tile_id)
            self.answered += 1
            if self.over:
                return
            await asyncio.sleep(PAUSE)

    def check(self, journal: Sequence[Event]) -> None:
        counts = dict.fromkeys(self._tiles, 0)
        for event in journal:
            if event["kind"] in ("tile.liked", "tile.unliked"):
                counts[event["tile_id"]] += 1 if event["kind"] == "tile.liked" else -1
                assert event["like_count"] == counts[event["tile_id"]]


class Claimant(Writer):
    """Claims one cell after another, against others who claim the same; `claimed` are the tiles by cell."""

    def __init__(self, artist: ApiArtist, canvas_id: int, cells: Sequence[tuple[int, int]]) -> None:
        super().__init__(artist)
        self._canvas_id = canvas_id
        self._cells = cells
        self.claimed: dict[tuple[int, int], int] = {}

    async def write(self) -> None:
        for x, y in self._cells:
            draft = {"canvas_id": self._canvas_id, "x": x, "y": y, "pixels": BLANK}
            status, tile = await self.call_once("POST", "/tiles", draft)
            if status == 201:
                self.claimed[x, y] = tile["id"]
            if status in (201, 409):
                self.answered += 1
            if self.over:
                return
            await asyncio.sleep(10 * PAUSE)

    def check(self, journal: Sequence[Event]) -> None:
        created = [event["tile"] for event in journal if event["kind"] == "tile.created"]
        tiles = {(tile["x"], tile["y"]): tile["id"] for tile in created}
        assert len(tiles) == len(created)
        lost = {cell: tile_id for cell, tile_id in self.claimed.items() if tiles.get(cell) != tile_id}
        assert not lost


def assert_no_repetition(changes: Iterable[str]) -> None:
    repeated = {change: count for change, count in Counter(changes).items() if count > 1}
    assert not repeated


@asynccontextmanager
async def writing(writers: Sequence[Writer]) -> AsyncIterator[None]:
    """Let them write during the block, which fails with the first that fails; wait for their last changes."""
    async with asyncio.TaskGroup() as tasks:
        for writer in writers:
            tasks.create_task(writer.write())
        yield
        for writer in writers:
            writer.over = True


async def all_progress(writers: Sequence[Writer], changes: int = 10) -> None:
    """Wait until each of them has had that many more changes acknowledged."""
    goals = [(writer, writer.answered + changes) for writer in writers]

    async def reached() -> bool:
        return all(writer.answered >= goal for writer, goal in goals)

    await eventually(reached)


async def some_refused(writers: Sequence[Writer], code: str) -> None:
    """Wait until one of them has had a change refused with that code."""
    before = sum(writer.refusals[code] for writer in writers)

    async def refused() -> bool:
        return sum(writer.refusals[code] for writer in writers) > before

    await eventually(refused)


async def read_journal(artist: ApiArtist, canvas_id: int) -> list[Event]:
    """Return every event of the canvas from the API, page by page."""
    found: list[Event] = []
    while True:
        after = found[-1]["seq"] if found else 0
        _, page = await artist.call("GET", f"/canvases/{canvas_id}/events?after={after}&limit=500")
        found += page["items"]
        if not page["items"]:
            return found


async def _code_of(response: aiohttp.ClientResponse) -> str:
    """Return the code of a problem, or the status if the gateway answered for itself."""
    if response.content_type == "application/problem+json":
        return str((await response.json())["code"])
    return str(response.status)
