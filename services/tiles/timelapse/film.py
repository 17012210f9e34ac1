"""Drawing a time-lapse with Pillow: indexed colours, index 0 transparent."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageColor

from services.tiles.canvases.rules import Canvas
from services.tiles.timelapse.rules import MAX_SIDE, Shot, changes_per_frame, pixels_after, reduction

FRAME_MS, LAST_FRAME_MS = 100, 2000


class Screen:
    """The picture of a canvas, one pixel for `step` by `step` of its pixels, as changes are applied to it.

    Slow: call it in a thread.
    """

    def __init__(self, canvas: Canvas, step: int) -> None:
        self._step = step
        self._tile_size = canvas.tile_size
        self._picture = Image.new("P", (canvas.width // step, canvas.height // step), 0)
        self._tiles: dict[int, bytes | None] = {}
        self._changed: dict[int, Shot] = {}

    def apply(self, shot: Shot) -> None:
        """Apply a change."""
        self._tiles[shot.tile_id] = pixels_after(self._tiles.get(shot.tile_id), shot)
        self._changed[shot.tile_id] = shot

    def show(self) -> Image.Image:
        """Return the picture, which later changes do not alter: palette indices without a palette."""
        size, shown = self._tile_size, self._tile_size // self._step
        for tile_id, shot in self._changed.items():
            pixels = self._tiles[tile_id] or bytes(size * size)
            tile = Image.frombytes("P", (size, size), pixels)
            if self._step > 1:
                tile = tile.resize((shown, shown), Image.Resampling.NEAREST)
            self._picture.paste(tile, (shot.x * shown, shot.y * shown))
        self._changed.clear()
        return self._picture.copy()


class Film:
    """Applies changes to a canvas and takes a frame at regular intervals. Slow: call it in a thread."""

    def __init__(self, canvas: Canvas, changes: int, frames: int) -> None:
        self._screen = Screen(canvas, reduction(canvas.width, canvas.height, MAX_SIDE))
        self._palette = [0, 0, 0]
        for colour in canvas.palette:
            self._palette += ImageColor.getrgb(colour)
        self._every = changes_per_frame(changes, frames)
        self._played = 0
        self._frames: list[Image.Image] = []

    def begin(self, shots: Sequence[Shot]) -> None:
        """Draw the canvas as it was before the first frame."""
        for shot in shots:
            self._screen.apply(shot)

    def play(self, shots: Sequence[Shot]) -> None:
        """Draw changes in the order in which they happened."""
        for shot in shots:
            if self._played % self._every == 0:
                self._take_frame()
            self._screen.apply(shot)
            self._played += 1

    def develop(self) -> bytes:
        """Take the last frame and encode them all as an animated PNG that repeats."""
        self._take_frame()
        first, *others = self._frames
        durations = [FRAME_MS] * len(others) + [LAST_FRAME_MS]
        encoded = BytesIO()
        first.save(
            encoded, "PNG", save_all=True, append_images=others, duration=durations, loop=0, transparency=0
        )
        return encoded.getvalue()

    def _take_frame(self) -> None:
        frame = self._screen.show()
        frame.putpalette(self._palette)
        # Pillow stores only what differs between frames, and without this it mistakes black for transparent.
        frame.info["transparency"] = 0
        self._frames.append(frame)
