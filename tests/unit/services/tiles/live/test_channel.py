"""The order of a canvas's broadcast: nothing twice, nothing missing, in whatever order events arrive."""

from __future__ import annotations

from typing import Any, cast

import orjson
from hypothesis import given
from hypothesis import strategies as st

from services.tiles.live.channel import RECENT_BYTES, Channel
from services.tiles.live.viewer import Viewer


class FakeViewer:
    """Collects what a viewer is sent."""

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.frames: list[bytes] = []

    def send_frame(self, frame: bytes) -> None:
        self.frames.append(frame)
        self.seen += [event["seq"] for event in orjson.loads(frame)["events"]]


def event(seq: int) -> dict[str, Any]:
    return {"seq": seq, "kind": "tile.updated"}


def listening(channel: Channel, position: int) -> FakeViewer:
    listener = FakeViewer()
    channel.attach(cast(Viewer, listener), position)
    return listener


@given(st.permutations(range(1, 9)), st.lists(st.integers(1, 8)))
def test_events_in_any_order_and_repeated_are_each_sent_once_in_order(
    order: list[int], repeated: list[int]
) -> None:
    channel = Channel(1)
    listener = listening(channel, 0)
    for seq in [*order, *repeated]:
        channel.accept(event(seq))
        channel.flush()
    if channel.has_gap:
        for seq in range(channel.accepted + 1, 9):
            channel.accept(event(seq))
        channel.flush()
    assert listener.seen == list(range(1, 9))


def test_a_viewer_ahead_of_the_broadcast_receives_nothing_twice() -> None:
    channel = Channel(1)
    channel.start_at(10)
    ahead, level = listening(channel, 12), listening(channel, 10)
    for seq in range(11, 15):
        channel.accept(event(seq))
    channel.flush()
    channel.accept(event(15))
    channel.flush()
    assert ahead.seen == [13, 14, 15]
    assert level.seen == [11, 12, 13, 14, 15]


def test_viewers_share_one_encoded_frame() -> None:
    channel = Channel(1)
    one, two = listening(channel, 0), listening(channel, 0)
    channel.accept(event(1))
    channel.flush()
    assert one.frames[0] is two.frames[0]


def test_events_that_arrived_before_the_start_leave_a_gap() -> None:
    channel = Channel(1)
    channel.accept(event(7))
    channel.start_at(6)
    assert channel.has_gap
    channel.accept(event(7))
    assert not channel.has_gap


def test_nothing_is_sent_to_a_viewer_that_left() -> None:
    channel = Channel(1)
    listener = listening(channel, 5)
    channel.detach(cast(Viewer, listener))
    channel.accept(event(1))
    channel.flush()
    assert listener.seen == []


@given(st.lists(st.integers(1, 4), min_size=1, max_size=6), st.integers(-2, 30))
def test_kept_frames_are_exactly_those_that_a_returning_viewer_missed(ticks: list[int], since: int) -> None:
    channel = Channel(1)
    channel.start_at(5)
    for count in ticks:
        for _ in range(count):
            channel.accept(event(channel.accepted + 1))
        channel.flush()
    frames = channel.frames_after(since)
    if 5 <= since <= channel.sent:
        assert frames is not None
        missed = [seen["seq"] for frame in frames for seen in orjson.loads(frame)["events"]]
        assert missed == list(range(since + 1, channel.sent + 1))
    else:
        assert frames is None


def test_kept_frames_are_bounded_and_report_when_they_do_not_reach_back() -> None:
    channel = Channel(1)
    for seq in range(1, 12):
        channel.accept({**event(seq), "pixels": "x" * (RECENT_BYTES // 10)})
        channel.flush()
    assert channel.frames_after(0) is None
    assert len(channel.frames_after(3) or ()) == 8
