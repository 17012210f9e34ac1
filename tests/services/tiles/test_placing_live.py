"""Placing pixels over the WebSocket of a canvas."""

from __future__ import annotations

import aiohttp

from services.tiles.live.binary import decode_batch
from tests.support.placing import connected, place, place_canvas
from tests.support.tiles import TilesClient, account_id
from tests.support.waiting import PATIENCE


async def test_a_placement_over_websocket_is_acknowledged_before_it_is_seen(tiles: TilesClient) -> None:
    canvas_id = await place_canvas(tiles)
    for subprotocol in ("tessera.v1.json", "tessera.v2.binary"):
        async with connected(tiles, canvas_id, "ann", subprotocol) as socket:
            await socket.send_json({"type": "place", "ref": subprotocol, "pixels": [[9, 9, 1]]})
            ack = await socket.receive_json(timeout=PATIENCE)
            assert (ack["type"], ack["ref"], ack["max_charges"]) == ("ack", subprotocol, 6)
            message = await socket.receive(timeout=PATIENCE)
            is_binary = message.type is aiohttp.WSMsgType.BINARY
            events = decode_batch(message.data) if is_binary else message.json()["events"]
            assert is_binary == (subprotocol == "tessera.v2.binary")
            assert events == [
                {
                    "seq": ack["seq"], "kind": "pixels.placed", "artist_id": account_id("ann"),
                    "pixels": [[9, 9, 1]],
                }
            ]  # fmt: skip


async def test_a_refused_placement_is_answered_under_its_ref(tiles: TilesClient) -> None:
    canvas_id = await place_canvas(tiles, max_charges=1, cooldown_seconds=100)
    await place(tiles, "ann", canvas_id, (0, 0, 1))
    async with connected(tiles, canvas_id, "ann") as socket:
        for ref, pixels, code in (
            (1, [[0, 0, 1]], "cooldown"),
            ("b", [[0, 99, 1]], "invalid"),
            (3, [], "invalid"),
        ):
            await socket.send_json({"type": "place", "ref": ref, "pixels": pixels})
            nack = await socket.receive_json(timeout=PATIENCE)
            assert (nack["type"], nack["ref"], nack["code"]) == ("nack", ref, code)
            assert (0 < nack.get("retry_after", 0) <= 100) == (code == "cooldown")
    async with connected(tiles, canvas_id, None) as socket:
        await socket.send_json({"type": "place", "ref": 1, "pixels": [[0, 0, 1]]})
        assert (await socket.receive_json(timeout=PATIENCE))["code"] == "not_authenticated"
