"""One process writes for all that paint on a canvas: nothing is lost, repeated or reordered."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from services.tiles.edits import contention
from services.tiles.homes import rules, service
from services.tiles.homes.letters import Letter
from services.tiles.homes.rules import Processes
from services.tiles.homes.service import HANDED_OVER, Homes
from services.tiles.peers import Peers
from tests.support.identities import TestKeys
from tests.support.live import batch, watching
from tests.support.parts import VirtualHost, free_ports
from tests.support.strokes import answers, painting, stroke
from tests.support.tiles import StartTiles, TilesClient, account_id, journal_of
from tests.support.tiles_process import process
from tests.support.waiting import eventually

Check = Callable[[int], Awaitable[None]]

GENEROUS = {"paint_pixels_rate": 1e9, "paint_pixels_burst": 10**9}
PAINTERS = 6
STROKES = 30


@pytest.fixture(autouse=True)
def sensitive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a canvas count as shared as soon as one process overtakes another."""
    monkeypatch.setattr(contention, "OVERTAKEN", 1)


@pytest.fixture
async def two(start_tiles: StartTiles, database_url: str, broker: VirtualHost) -> Sequence[TilesClient]:
    """Two processes that know each other."""
    return await acquainted(start_tiles, database_url, broker.url, 2)


async def acquainted(
    start_tiles: StartTiles, database_url: str, broker_url: str, count: int
) -> Sequence[TilesClient]:
    heard: set[tuple[str, str]] = set()
    hear = Processes.hear

    def listen(self: Processes, process: str, now: float) -> None:
        heard.add((self.own, process))
        hear(self, process, now)

    async def all_know_each_other() -> bool:
        return len(heard) >= count * (count - 1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Processes, "hear", listen)
        processes = [await start_tiles(database_url, broker_url, **GENEROUS) for _ in range(count)]
        await eventually(all_know_each_other)
    return processes


def handed_over(result: str) -> float:
    return float(HANDED_OVER.labels(result)._value.get())


class Picture:
    """A canvas that painters paint on in several processes, with what they were answered."""

    def __init__(self, processes: Sequence[TilesClient], canvas_id: int, tiles: Sequence[int]) -> None:
        self.processes = processes
        self.canvas_id = canvas_id
        self.tiles = tiles
        self.answers: dict[tuple[int, int], dict[str, Any]] = {}

    @classmethod
    async def begin(cls, processes: Sequence[TilesClient]) -> Picture:
        canvas = await processes[0].canvas("owner", collaboration_mode="free")
        tiles = [(await processes[0].tile("owner", canvas["id"], x))["id"] for x in range(3)]
        return cls(processes, canvas["id"], tiles)

    async def paint(self, painters: int = PAINTERS, strokes: int = STROKES, *, first: int = 0) -> None:
        """Let painters paint at once, each with two strokes unanswered, until all are answered."""
        await asyncio.gather(*(self._paint(number, strokes) for number in range(first, first + painters)))

    async def _paint(self, number: int, strokes: int) -> None:
        chance = random.Random(number)
        process = self.processes[number % len(self.processes)]
        async with painting(process, self.canvas_id, f"a{number}") as socket:
            for ref in range(0, strokes, 2):
                for one in (ref, ref + 1):
                    # The pixels name painter and stroke, so that each can be found in the journal.
                    named = ((number, one % 17), (100 + one, 1))
                    await socket.send_json(stroke(one, chance.choice(self.tiles), *named))
                for answer in await answers(socket, 2):
                    self.answers[number, answer["ref"]] = answer

    async def check(self) -> None:
        """Check that all strokes are acknowledged, and in the journal once, in the order of each painter."""
        assert {answer["type"] for answer in self.answers.values()} == {"ack"}
        events = await journal_of(self.processes[0].database_url, self.canvas_id)
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        painted = [event for event in events if event["kind"] == "tile.painted"]
        found = {(event["pixels"][0][0], event["pixels"][1][0] - 100): event for event in painted}
        assert len(found) == len(painted) == len(self.answers)
        for key, answer in self.answers.items():
            assert (found[key]["seq"], found[key]["version"]) == (answer["seq"], answer["version"])
        for tile_id in self.tiles:
            on_tile = [event for event in painted if event["tile_id"] == tile_id]
            assert [event["version"] for event in on_tile] == list(range(2, len(on_tile) + 2))
            for number in {event["pixels"][0][0] for event in on_tile}:
                refs = [event["pixels"][1][0] for event in on_tile if event["pixels"][0][0] == number]
                assert refs == sorted(refs)


@asynccontextmanager
async def watched(
    process: TilesClient, canvas_id: int, subprotocol: str
) -> AsyncIterator[Callable[[int], Any]]:
    """Watch from now on; the block gets a function that checks that every event up to a number came once."""
    async with watching(process, canvas_id, subprotocol=subprotocol) as (socket, hello):

        async def check(last: int) -> None:
            seen: list[int] = []
            while not seen or seen[-1] < last:
                seen += [event["seq"] for event in await batch(socket, among_artists=True)]
            assert seen == list(range(hello["seq"] + 1, last + 1))

        yield check


async def test_two_processes_paint_through_the_home_of_the_canvas(two: Sequence[TilesClient]) -> None:
    before = handed_over("answered")
    picture = await Picture.begin(two)
    await picture.paint()
    await picture.check()
    assert handed_over("answered") > before


async def test_processes_that_each_take_the_other_for_the_home_lose_nothing(
    two: Sequence[TilesClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = handed_over("answered")
    monkeypatch.setattr(rules, "home_of", lambda canvas_id, processes: list(processes)[-1])
    picture = await Picture.begin(two)
    await picture.paint()
    await picture.check()
    assert handed_over("answered") > before


async def test_processes_that_each_take_themselves_for_the_home_lose_nothing(
    two: Sequence[TilesClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "home_of", lambda canvas_id, processes: next(iter(processes)))
    picture = await Picture.begin(two)
    await picture.paint()
    await picture.check()


async def test_a_stroke_is_refused_by_the_home_as_it_is_here(two: Sequence[TilesClient]) -> None:
    picture = await Picture.begin(two)
    await picture.paint()
    before = handed_over("answered")
    await two[0].call("owner", "POST", f"/tiles/{picture.tiles[0]}/lock")
    for one in two:
        async with painting(one, picture.canvas_id, "ann") as socket:
            for ref, tile_id, pixel in (
                (1, picture.tiles[0], (0, 1)),
                (2, picture.tiles[1], (0, 99)),
                (3, 2**40, (0, 1)),
            ):
                await socket.send_json(stroke(ref, tile_id, pixel))
            refused = {answer["ref"]: answer["code"] for answer in await answers(socket, 3)}
        assert refused == {1: "tile_locked", 2: "invalid", 3: "tile_not_found"}
    assert handed_over("answered") > before


async def test_strokes_whose_answer_is_lost_are_acknowledged_and_painted_once(
    two: Sequence[TilesClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = handed_over("unanswered")
    monkeypatch.setattr(service, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(Homes, "_answer", lambda self, letter, outcomes: None)
    picture = await Picture.begin(two)
    await picture.paint()
    await picture.check()
    assert handed_over("unanswered") > before


async def test_strokes_that_do_not_reach_the_home_are_written_by_their_process(
    two: Sequence[TilesClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = handed_over("unanswered")
    monkeypatch.setattr(service, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(Homes, "_write_for", lambda self, letter: None)
    picture = await Picture.begin(two)
    await picture.paint()
    await picture.check()
    assert handed_over("unanswered") > before


async def test_letters_that_come_late_and_twice_paint_nothing_again(
    two: Sequence[TilesClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    late: list[tuple[Homes, Letter]] = []
    write_for = Homes._write_for
    monkeypatch.setattr(service, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(Homes, "_write_for", lambda self, letter: late.append((self, letter)))
    picture = await Picture.begin(two)
    await picture.paint()
    assert late
    for home, letter in (*late, *late):
        write_for(home, letter)
    await picture.paint(painters=2, strokes=2, first=PAINTERS)
    await picture.check()


async def test_a_letter_that_is_too_old_is_not_written(
    two: Sequence[TilesClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LETTER_SECONDS", -1)
    monkeypatch.setattr(service, "ANSWER_SECONDS", 0.2)
    before = handed_over("unanswered")
    picture = await Picture.begin(two)
    await picture.paint()
    await picture.check()
    assert handed_over("unanswered") > before


async def test_homes_that_change_hands_under_load_lose_repeat_and_reorder_nothing(
    start_tiles: StartTiles, database_url: str, broker: VirtualHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    three = await acquainted(start_tiles, database_url, broker.url, 3)
    turn = 0
    monkeypatch.setattr(rules, "home_of", lambda canvas_id, processes: sorted(processes)[turn % 3])
    before = handed_over("answered")
    picture = await Picture.begin(three)
    async with (
        watched(three[1], picture.canvas_id, "tessera.v1.json") as check_json,
        watched(three[2], picture.canvas_id, "tessera.v2.binary") as check_binary,
    ):
        work = asyncio.create_task(picture.paint(strokes=100))
        total = PAINTERS * 100

        for turn in range(1, 11):

            async def has_come_on(turn: int = turn) -> bool:
                return len(picture.answers) >= total * turn // 12

            await eventually(has_come_on)
        await work
        last = max(answer["seq"] for answer in picture.answers.values())
        await check_json(last)
        await check_binary(last)
    await picture.check()
    assert handed_over("answered") > before


async def test_a_painter_gets_the_ack_from_the_home_and_sees_the_stroke(two: Sequence[TilesClient]) -> None:
    picture = await Picture.begin(two)
    await picture.paint()
    for one in two:
        async with painting(one, picture.canvas_id, "ann") as socket:
            for ref in range(20):
                await socket.send_json(stroke(ref, picture.tiles[0], (7, 2)))
                # Nearly always in this order, but the look into the journal each second may come between.
                received = {one["type"]: one for one in [await socket.receive_json() for _ in range(2)]}
                assert received.keys() == {"ack", "batch"}
                assert [event["seq"] for event in received["batch"]["events"]] == [received["ack"]["seq"]]


@pytest.mark.slow
async def test_a_home_that_is_killed_under_load_loses_and_repeats_nothing(
    tiles: TilesClient, database_url: str, broker: VirtualHost, keys: TestKeys, tmp_path: Path
) -> None:
    picture = await Picture.begin([tiles])
    ports = free_ports(2)
    is_over = asyncio.Event()
    async with (
        process(ports[0], database_url, broker.url, keys, tmp_path / "first") as first,
        process(ports[1], database_url, broker.url, keys, tmp_path / "second") as second,
        aiohttp.ClientSession() as http,
    ):

        async def paint(number: int) -> None:
            """Paint until the end, or until the process dies."""
            ticket = keys.ticket(account_id(f"a{number}"), f"a{number}")
            url = f"http://127.0.0.1:{ports[number % 2]}/api/v1/ws/canvas/{picture.canvas_id}"
            async with http.ws_connect(url, params={"ticket": ticket}) as socket:
                for ref in count():
                    named = ((number, ref % 17), (100 + ref % 100, 1), (200 + ref // 100, 1))
                    await socket.send_json(stroke(ref, picture.tiles[ref % 3], *named))
                    async for message in socket:
                        answer = message.json()
                        if answer["type"] in ("ack", "nack"):
                            picture.answers[number, answer["ref"]] = answer
                            break
                    else:
                        return
                    if is_over.is_set():
                        return

        async def handed_over_by(port: int) -> float:
            async with http.get(f"http://127.0.0.1:{port}/metrics") as response:
                found = re.search(r'tiles_handed_over_total{result="answered"} (\S+)', await response.text())
            return float(found[1]) if found else 0.0

        async def there_is_a_home() -> bool:
            return max([await handed_over_by(port) for port in ports]) > 50

        painting = [asyncio.create_task(paint(number)) for number in range(16)]
        await eventually(there_is_a_home)
        home = 1 if await handed_over_by(ports[0]) > 0 else 0
        os.kill((first, second)[home], signal.SIGKILL)
        killed_at = len(picture.answers)

        async def others_go_on() -> bool:
            return len(picture.answers) > killed_at + 200

        await eventually(others_go_on)
        is_over.set()
        await asyncio.gather(*painting, return_exceptions=True)

    events = await journal_of(database_url, picture.canvas_id, count=100_000)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    painted: dict[tuple[int, int], tuple[int, int]] = {}
    for event in events:
        if event["kind"] == "tile.painted":
            (number, _), (low, _), (high, _) = event["pixels"]
            key = number, low - 100 + 100 * (high - 200)
            assert key not in painted, "painted twice"
            painted[key] = event["seq"], event["version"]
    assert {answer["type"] for answer in picture.answers.values()} == {"ack"}
    acknowledged = {key: (one["seq"], one["version"]) for key, one in picture.answers.items()}
    assert acknowledged.items() <= painted.items()
    of_survivor = {key for key in painted if key[0] % 2 != home}
    assert of_survivor <= acknowledged.keys()


async def test_messages_of_another_version_stop_nothing(
    two: Sequence[TilesClient], broker: VirtualHost
) -> None:
    old = Peers(broker.url, name="old")
    picture = await Picture.begin(two)
    running = asyncio.create_task(old.run())
    try:

        async def is_connected() -> bool:
            return old.publisher.connection > 0

        await eventually(is_connected)
        async with watched(two[1], picture.canvas_id, "tessera.v1.json") as check:
            old.publisher.publish(picture.canvas_id, [{"type": "tile.painted"}])
            old.publisher.send("processes", b'{"of": "another version"}')
            await picture.paint()
            await check(max(answer["seq"] for answer in picture.answers.values()))
        await picture.check()
    finally:
        running.cancel()
        await asyncio.wait((running,))
