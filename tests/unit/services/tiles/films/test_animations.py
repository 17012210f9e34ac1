"""GIF and APNG frame by frame: what a reader shows is what was added."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PIL import Image, ImageColor

from services.tiles.films.animations import Animation, Apng, Gif
from services.tiles.films.rules import Film, FilmFormat, FilmStatus

NOW = datetime(2026, 6, 1, tzinfo=UTC)
FILM = Film(
    id=1, canvas_id=1, creator_id=1, format=FilmFormat.GIF, starts_at=NOW, ends_at=NOW, seconds=1, step=1,
    scale=1, width=24, height=16, status=FilmStatus.DRAWING, attempt=1, frames=4, frames_done=0, size_bytes=0,
    failure=None, created_at=NOW, expires_at=NOW,
)  # fmt: skip
PAPER = "#fafafa"
TWO = ("#102030", "#ff0000")
MOST = tuple(f"#{value:02x}{255 - value:02x}80" for value in range(255))


def frames_of(colours: int, count: int = 4) -> list[Image.Image]:
    """Frames of palette indices: the empty one, changes here and there, and one without any."""
    chance = random.Random(colours)
    frame = Image.new("P", (24, 16), 0)
    made = [frame]
    for number in range(1, count):
        frame = frame.copy()
        if number != 2:
            for _ in range(20):
                frame.putpixel((chance.randrange(24), chance.randrange(16)), chance.randint(0, colours))
        made.append(frame)
    return made


@pytest.mark.parametrize("scale", [1, 3])
@pytest.mark.parametrize("palette", [TWO, MOST], ids=["two colours", "255 colours"])
@pytest.mark.parametrize("made_by", [Gif, Apng])
def test_an_animation_shows_each_frame_on_paper_for_its_time(
    made_by: type[Animation], palette: tuple[str, ...], scale: int
) -> None:
    frames = frames_of(len(palette))
    film = replace(FILM, scale=scale, width=24 * scale, height=16 * scale)
    animation = made_by(film, len(frames), PAPER, palette)
    file = b"".join([animation.add(frame, 5 + number) for number, frame in enumerate(frames)])
    colours = [ImageColor.getrgb(colour) for colour in (PAPER, *palette)]
    with Image.open(io.BytesIO(file + animation.finish())) as shown:
        assert (shown.size, getattr(shown, "n_frames", 1), shown.info["loop"]) == (
            (24 * scale, 16 * scale), len(frames), 0,
        )  # fmt: skip
        for number, frame in enumerate(frames):
            shown.seek(number)
            assert shown.info["duration"] == 10 * (5 + number)
            seen = shown.convert("RGB").resize(frame.size, Image.Resampling.NEAREST)
            assert seen.tobytes() == b"".join(bytes(colours[index]) for index in frame.tobytes())
