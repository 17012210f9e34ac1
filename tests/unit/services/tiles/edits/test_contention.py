"""When a canvas counts as painted by several processes at once."""

from __future__ import annotations

import pytest

from services.tiles.edits.contention import OVERTAKEN, SHARED_SECONDS, WINDOW_SECONDS, Contention


def overtaken(times: int, seconds: float) -> Contention:
    """Return what is known after so many overtaken batches in so many seconds up to 100."""
    contention = Contention()
    for number in range(times):
        contention.note(1, 100 - seconds + seconds * (number + 1) / times)
    return contention


@pytest.mark.parametrize(
    ("times", "seconds", "is_shared"),
    [
        (OVERTAKEN, 0.9 * WINDOW_SECONDS, True),
        (OVERTAKEN - 1, 0.1, False),
        (OVERTAKEN, 2 * WINDOW_SECONDS, False),
    ],
)
def test_a_canvas_is_shared_if_others_come_first_often(times: int, seconds: float, is_shared: bool) -> None:
    assert overtaken(times, seconds).is_shared(1, 100) == is_shared


@pytest.mark.parametrize(("after", "is_shared"), [(SHARED_SECONDS - 0.1, True), (SHARED_SECONDS, False)])
def test_a_canvas_stays_shared_for_a_while(after: float, is_shared: bool) -> None:
    assert overtaken(OVERTAKEN, 0.5).is_shared(1, 100 + after) == is_shared


def test_a_canvas_is_not_shared_because_another_is() -> None:
    assert not overtaken(OVERTAKEN, 0.5).is_shared(2, 100)
