"""Writes that wait for a batch."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from services.tiles.edits.queue import Entry, WriteQueue
from services.tiles.edits.rules import Stroke, Write
from shared.errors import TooManyRequests
from tests.support.tile_rules import ACTORS


def entry(tile_id: int, name: str = "", pixels: int = 1) -> Entry:
    return Entry.of(Stroke(ACTORS["creator"], name, tile_id, 1, [(0, 1)] * pixels), lambda outcome: None)


def letter(*entries: Entry) -> Entry:
    return Entry([write for one in entries for write in one.writes], lambda outcomes: None, "a letter")


def names_of(entries: Sequence[Entry]) -> list[str]:
    return [write.username for entry in entries for write in entry.writes]


def queue_of(*entries: Entry, longest: int = 10, most_pixels: int = 100) -> WriteQueue:
    queue = WriteQueue(longest=longest, most_pixels=most_pixels)
    for one in entries:
        queue.add(one)
    return queue


def taken(queue: WriteQueue, *tile_ids: int, most: int = 10, most_pixels: int = 100) -> list[str]:
    """Return the names of the next batch's writes, of those on some tiles, or of all."""
    batch: list[Entry] = []

    def fits(write: Write) -> bool:
        return not tile_ids or write.tile_id in tile_ids

    queue.take(batch, fits, most=most, most_pixels=most_pixels)
    return names_of(batch)


def test_writes_are_taken_in_the_order_in_which_they_arrived() -> None:
    assert taken(queue_of(entry(1, "a"), entry(2, "b"), entry(1, "c"))) == ["a", "b", "c"]


def test_what_does_not_fit_stays_in_its_place() -> None:
    queue = queue_of(entry(1, "a"), entry(2, "b"), entry(3, "c"), entry(2, "d"))
    assert taken(queue, 1, 3) == ["a", "c"]
    assert taken(queue) == ["b", "d"]


def test_a_write_does_not_overtake_another_one_on_its_tile() -> None:
    queue = queue_of(entry(1, "a"), entry(1, "b"))
    batch: list[Entry] = []
    queue.take(batch, lambda write: write.username == "b", most=10, most_pixels=10)
    assert batch == []


@pytest.mark.parametrize(("most", "most_pixels", "names"), [(2, 100, "ab"), (10, 5, "a"), (10, 6, "ab")])
def test_a_batch_ends_at_either_limit(most: int, most_pixels: int, names: str) -> None:
    queue = queue_of(*(entry(1, name, pixels=5) for name in "abc"))
    assert taken(queue, most=most, most_pixels=most_pixels) == list(names)


def test_a_batch_that_grows_counts_what_it_has() -> None:
    queue = queue_of(entry(1, "b"), entry(1, "c"))
    batch = [entry(1, "a")]
    queue.take(batch, lambda write: True, most=2, most_pixels=100)
    assert names_of(batch) == ["a", "b"]


@pytest.mark.parametrize(("longest", "most_pixels"), [(1, 100), (10, 3)])
def test_a_full_queue_refuses_until_a_batch_is_taken(longest: int, most_pixels: int) -> None:
    queue = queue_of(entry(1, pixels=3), longest=longest, most_pixels=most_pixels)
    with pytest.raises(TooManyRequests, match="overloaded"):
        queue.add(entry(1))
    taken(queue)
    queue.add(entry(1))


def test_the_strokes_of_a_letter_stay_together() -> None:
    queue = queue_of(letter(entry(1, "a"), entry(2, "b")), entry(1, "c"), entry(3, "d"))
    assert taken(queue, 1, 3) == ["d"]
    assert taken(queue, most=1) == ["a", "b"]
    assert taken(queue) == ["c"]


def test_a_letter_counts_as_many_writes_as_it_has() -> None:
    queue = queue_of(letter(entry(1), entry(1)), longest=2)
    with pytest.raises(TooManyRequests, match="overloaded"):
        queue.add(entry(1))


async def test_waiting_ends_with_the_first_write() -> None:
    await queue_of(entry(1)).wait()


def test_a_cleared_queue_gives_back_what_waited_and_is_empty() -> None:
    queue = queue_of(entry(1, "a"), entry(2, "b"), longest=2)
    assert names_of(queue.clear()) == ["a", "b"]
    assert taken(queue) == []
    queue.add(entry(1))
