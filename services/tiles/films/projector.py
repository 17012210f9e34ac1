"""Plays the history of a canvas and shows the frames of a film, one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PIL import Image

from services.tiles.canvases.rules import Canvas
from services.tiles.films.rules import changes_before
from services.tiles.timelapse.film import Screen
from services.tiles.timelapse.rules import Shot


class Projector:
    """Shows `frames` frames of a history of `changes` changes, with the canvas and one frame in memory.

    Frames are palette indices without a palette, one pixel for `step` by `step` of the canvas. There are
    exactly as many as announced, although tiles may be deleted or published meanwhile. Slow: call it in a
    thread.
    """

    def __init__(self, canvas: Canvas, step: int, changes: int, frames: int) -> None:
        self._screen = Screen(canvas, step)
        self._changes = changes
        self._frames = frames
        self._played = 0
        self.shown = 0

    def begin(self, shots: Sequence[Shot]) -> None:
        """Draw the canvas as it was before the first frame."""
        for shot in shots:
            self._screen.apply(shot)

    def play(self, shots: Sequence[Shot]) -> Iterator[Image.Image]:
        """Draw changes in order, and show the frames that are due before each."""
        for shot in shots:
            yield from self._show_due()
            self._screen.apply(shot)
            self._played += 1

    def finish(self) -> Iterator[Image.Image]:
        """Show the frames that are left: the last one, and those of changes that are gone."""
        while self.shown < self._frames:
            self.shown += 1
            yield self._screen.show()

    def _show_due(self) -> Iterator[Image.Image]:
        # The last one waits for the end: it shows what is there.
        last = self._frames - 1
        while self.shown < last and self._played >= changes_before(self.shown, self._frames, self._changes):
            self.shown += 1
            yield self._screen.show()
