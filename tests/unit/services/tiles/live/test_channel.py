"""The order of a canvas's broadcast: nothing twice, nothing missing, in whatever order events arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, cast

import pytest
from aiohttp import WSMsgType
from hypothesis import given
from hypothesis import strategies as st

from services.tiles.live.channel import CATCH_UP_LIMIT, FRAME_EVENTS, RECENT_BYTES, SLICE_VIEWERS, Channel
from services.tiles.live.frames import Message
from services.tiles.live.pace import Pace
from services.tiles.live.subprotocols import BINARY, JSON, Subprotocol
from services.tiles.live.viewer import CloseReason, Viewer


class FakeViewer:
    """Collects what a viewer is sent, in either subprotocol."""

    def __init__(
        self, on_frame: Callable[[], None] = lambda: None, subprotocol: Subprotocol = BINARY
    ) -> None:
        self.subprotocol = subprotocol
        self.seen: list[int] = []
        self.frames: list[bytes] = []
        self.dismissed: CloseReason | None = None
        self._on_frame = on_frame

    def send_message(self, message: Message) -> None:
        self.seen += [event["seq"] for event in self.subprotocol.decode_batch(message)]
        self._on_frame()

    def write(self, frame: bytes) -> None:
        self.frames.append(frame)
        payload = frame[{126: 4, 127: 10}.get(frame[1], 2) :]
        is_text = frame[0] & 15 == WSMsgType.TEXT
        self.send_message(Message(WSMsgType.TEXT, payload) if is_text else Message(WSMsgType.BINARY, payload))

    def may_see_private(self, owner_id: int) -> bool:
        return False

    def dismiss(self, reason: CloseReason) -> None:
        self.dismissed = reason


def event(seq: int) -> dict[str, Any]:
    """A stroke, or every third time a change that is JSON in either subprotocol."""
    if seq % 3 == 0:
        return {"seq": seq, "kind": "tile.updated"}
    stroke = {"tile_id": 1 + seq % 2, "version": seq, "artist_id": 5, "pixels": [[seq, 1]]}
    return {"seq": seq, "kind": "tile.painted", **stroke}


def started(seq: int = 0) -> Channel:
    channel = Channel(1, Pace())
    channel.start_at(seq)
    return channel


def listening(channel: Channel, position: int, subprotocol: Subprotocol = BINARY) -> FakeViewer:
    listener = FakeViewer(subprotocol=subprotocol)
    channel.attach(cast(Viewer, listener), position)
    return listener


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


@given(st.permutations(range(1, 9)), st.lists(st.integers(1, 8)))
def test_events_in_any_order_and_repeated_are_each_sent_once_in_order(
    order: list[int], repeated: list[int]
) -> None:
    async def scenario() -> None:
        channel = started()
        listener = listening(channel, 0)
        for seq in [*order, *repeated]:
            channel.accept(event(seq))
            await channel.flush()
        assert listener.seen == list(range(1, 9))
        assert not channel.has_gap

    run(scenario())


async def test_events_after_a_missing_one_wait_for_it() -> None:
    channel = started(6)
    listener = listening(channel, 6)
    channel.accept(event(8))
    channel.accept(event(9))
    await channel.flush()
    assert channel.has_gap
    assert listener.seen == []
    channel.accept(event(7))
    await channel.flush()
    assert listener.seen == [7, 8, 9]


async def test_a_viewer_ahead_of_the_broadcast_receives_nothing_twice() -> None:
    channel = started(10)
    ahead, level = listening(channel, 12), listening(channel, 10)
    for seq in range(11, 15):
        channel.accept(event(seq))
    await channel.flush()
    channel.accept(event(15))
    await channel.flush()
    assert ahead.seen == [13, 14, 15]
    assert level.seen == [11, 12, 13, 14, 15]


@pytest.mark.parametrize("subprotocol", [JSON, BINARY])
async def test_viewers_who_speak_the_same_share_one_encoded_frame(subprotocol: Subprotocol) -> None:
    channel = started()
    listening(channel, 0, BINARY if subprotocol is JSON else JSON)
    one, two = listening(channel, 0, subprotocol), listening(channel, 0, subprotocol)
    channel.accept(event(1))
    await channel.flush()
    assert one.frames[0] is two.frames[0]


async def test_a_subprotocol_that_nobody_speaks_is_not_encoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def encode(events: object) -> Message:
        raise AssertionError("nobody speaks it")

    monkeypatch.setattr(JSON, "encode_batch", encode)
    channel = started()
    listener = listening(channel, 0)
    channel.accept(event(1))
    await channel.flush()
    assert listener.seen == [1]


async def test_nothing_is_sent_to_a_viewer_that_left() -> None:
    channel = started()
    listener = listening(channel, 5)
    channel.detach(cast(Viewer, listener))
    channel.accept(event(1))
    await channel.flush()
    assert listener.seen == []


async def test_a_long_gap_is_sent_in_frames_of_limited_length() -> None:
    channel = started()
    listener = listening(channel, 0)
    for seq in range(1, 2 * FRAME_EVENTS + 2):
        channel.accept(event(seq))
    await channel.flush()
    assert listener.seen == list(range(1, 2 * FRAME_EVENTS + 2))
    assert len(listener.frames) == 3


async def test_other_work_is_done_between_the_slices_of_a_broadcast() -> None:
    channel = started()
    sends: list[int] = [0]

    def count() -> None:
        sends[-1] += 1

    for _ in range(3 * SLICE_VIEWERS):
        channel.attach(cast(Viewer, FakeViewer(count)), 0)
    channel.accept(event(1))
    broadcast = asyncio.create_task(channel.flush())
    while not broadcast.done():
        sends.append(0)
        await asyncio.sleep(0)
    assert sum(sends) == 3 * SLICE_VIEWERS
    assert max(sends) == SLICE_VIEWERS


@given(st.lists(st.sampled_from(["accept", "flush", "attach", "detach", "turn"]), max_size=30))
def test_viewers_that_come_and_go_during_a_broadcast_miss_and_repeat_nothing(actions: list[str]) -> None:
    async def scenario() -> None:
        channel = started()
        viewers: list[tuple[int, FakeViewer]] = []
        broadcasts: list[asyncio.Task[None]] = []

        def attach() -> None:
            viewers.append((channel.sent, listening(channel, channel.sent)))

        for _ in range(2 * SLICE_VIEWERS + 1):
            attach()
        for action in actions:
            if action == "accept":
                channel.accept(event(channel.accepted + 1))
            elif action == "flush":
                broadcasts.append(asyncio.create_task(channel.flush()))
            elif action == "attach":
                attach()
            elif action == "detach":
                channel.detach(cast(Viewer, viewers.pop()[1]))
            await asyncio.sleep(0)
        await asyncio.gather(*broadcasts)
        await channel.flush()
        for position, viewer in viewers:
            assert viewer.seen == list(range(position + 1, channel.accepted + 1))

    run(scenario())


async def test_a_canvas_whose_missed_changes_are_gone_sends_its_viewers_to_resume() -> None:
    channel = started(3)
    listener = listening(channel, 3)
    channel.skip_to(9)
    channel.accept(event(10))
    await channel.flush()
    assert listener.seen == []
    assert listener.dismissed is not None
    assert listener.dismissed.code == 1013
    assert channel.sent == 10


SPEAKERS = st.sampled_from((JSON, BINARY))


@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=6),
    st.integers(-2, 30),
    st.lists(SPEAKERS),
    SPEAKERS,
)
def test_kept_batches_are_exactly_those_that_a_returning_viewer_missed(
    ticks: list[int], since: int, audience: list[Subprotocol], returning: Subprotocol
) -> None:
    async def scenario() -> None:
        channel = started(5)
        for subprotocol in audience:
            listening(channel, 5, subprotocol)
        for count in ticks:
            for _ in range(count):
                channel.accept(event(channel.accepted + 1))
            await channel.flush()
        batches = channel.batches_after(since, returning)
        if 5 <= since <= channel.sent:
            assert batches is not None
            missed = [seen for batch in batches for seen in returning.decode_batch(batch)]
            assert missed == [event(seq) for seq in range(since + 1, channel.sent + 1)]
        else:
            assert batches is None

    run(scenario())


async def test_kept_batches_are_bounded_and_report_when_they_do_not_reach_back() -> None:
    channel = started()
    for seq in range(1, 12):
        channel.accept({"seq": seq, "kind": "tile.updated", "tile": "x" * (RECENT_BYTES // 10)})
        await channel.flush()
    assert channel.batches_after(0, BINARY) is None
    assert len(channel.batches_after(3, BINARY) or ()) == 8


async def test_no_more_events_are_kept_than_a_viewer_replays() -> None:
    channel = started()
    for seq in range(1, CATCH_UP_LIMIT + 3):
        channel.accept(event(seq))
        await channel.flush()
    assert channel.batches_after(1, JSON) is None
    assert len(channel.batches_after(2, JSON) or ()) == CATCH_UP_LIMIT
