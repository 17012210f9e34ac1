"""The picture of the demo canvas, drawn in code: balloons over a lake at sunset; sides in pixels."""

from __future__ import annotations

import math
import random

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 256, 192
PALETTE = "sweetie-16"

BLACK, PURPLE, RED, ORANGE, YELLOW, LIME, GREEN, TEAL = range(1, 9)
NAVY, BLUE, SKY, CYAN, WHITE, SILVER, STEEL, SLATE = range(9, 17)

_SHORE = 128  # the lake's far side, from above
_SUN = (176, 118, 26)
_SUNSET = (BLACK, NAVY, PURPLE, RED, ORANGE, YELLOW)
_BAYER = ((0, 8, 2, 10), (12, 4, 14, 6), (3, 11, 1, 9), (15, 7, 13, 5))
_BALLOONS = (
    (60, 38, 19, WHITE, RED),
    (118, 80, 11, SKY, YELLOW),
    (222, 36, 13, GREEN, YELLOW),
    (26, 84, 7, LIME, WHITE),
)
_PINES = ((14, 62), (34, 84), (52, 52), (214, 46), (236, 74), (249, 50))
_IN_WATER = {YELLOW: ORANGE, ORANGE: RED, RED: PURPLE, PURPLE: NAVY, WHITE: YELLOW, SLATE: BLACK}


def picture() -> Image.Image:
    """Draw the picture; a pixel is the number of a colour in the palette, counted from 1 as on a canvas."""
    scene = Image.new("P", (WIDTH, HEIGHT), BLACK)
    draw = ImageDraw.Draw(scene)
    chance = random.Random(7)  # noqa: S311 - the same stars each time
    _sky(scene)
    for _ in range(70):
        star = chance.randrange(WIDTH), int(chance.triangular(0, 60, 0))
        scene.putpixel(star, chance.choice((SILVER, WHITE, CYAN)))
    x, y, radius = _SUN
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), YELLOW)
    draw.ellipse((x - radius + 4, y - radius + 4, x + radius - 4, y + radius - 4), WHITE)
    _hills(draw, PURPLE, 104, ((17, 0.021, 0.4), (5, 0.083, 2.0)))
    _hills(draw, SLATE, 117, ((9, 0.034, 2.6), (3, 0.11, 0.7)))
    for x, y, radius, colour, stripe in _BALLOONS:
        _balloon(draw, x, y, radius, colour, stripe)
    _lake(scene, chance)
    _bank(draw, chance)
    return scene


def _sky(scene: Image.Image) -> None:
    """Draw the sky from night above to sunset at the shore, each colour dithered into the next."""
    for y in range(_SHORE):
        band, part = divmod((y / _SHORE) ** 0.9 * (len(_SUNSET) - 1), 1)
        for x in range(WIDTH):
            next_one = part * 16 > _BAYER[y % 4][x % 4]
            scene.putpixel((x, y), _SUNSET[int(band) + next_one])


def _hills(
    draw: ImageDraw.ImageDraw, colour: int, base: float, waves: tuple[tuple[float, float, float], ...]
) -> None:
    for x in range(WIDTH):
        top = base - sum(height * math.sin(x * pace + start) for height, pace, start in waves)
        draw.line((x, round(top), x, _SHORE - 1), colour)


def _balloon(draw: ImageDraw.ImageDraw, x: int, y: int, radius: int, colour: int, stripe: int) -> None:
    mouth = x, y + radius * 1.7
    for half, shoulder, fill in ((radius, 0.6, colour), (radius * 0.45, 0.8, stripe)):
        level = y + radius * shoulder
        draw.polygon(((x - half * 0.87, level), (x + half * 0.87, level), mouth), fill)
        draw.ellipse((x - half, y - radius, x + half, y + radius), fill)
    basket, half = round(y + radius * 1.75), max(1, radius // 5)
    draw.rectangle((x - half, basket, x + half, basket + half * 2), BLACK)


def _lake(scene: Image.Image, chance: random.Random) -> None:
    """Mirror the upper half, darker, each line shifted a little like ripples."""
    upper = scene.tobytes()
    for y in range(_SHORE, HEIGHT):
        depth = y - _SHORE
        shift = round(math.sin(depth * 0.9) * (1 + depth / 14))
        mirrored = (_SHORE - 1 - round(depth * 1.6)) * WIDTH
        for x in range(WIDTH):
            colour = upper[mirrored + (x + shift) % WIDTH]
            scene.putpixel((x, y), _IN_WATER.get(colour, colour))
        for _ in range(2):
            start = chance.randrange(WIDTH)
            for x in range(start, min(WIDTH, start + chance.randrange(4, 16))):
                scene.putpixel((x, y), BLUE if depth > 20 else SLATE)


def _bank(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    """Draw the near side of the lake: grass and pines."""
    for x in range(WIDTH):
        draw.line((x, _ground(x) - chance.randrange(2), x, HEIGHT), BLACK)
    for x, height in _PINES:
        top = _ground(x) + 4 - height
        for row in range(height):
            half = round((row % 9 + 2) / 11 * (3 + row / height * 11))
            draw.line((x - half, top + row, x + half, top + row), BLACK)
            if row % 9 > 4 and half > 3:
                draw.line((x - half + 1, top + row, x - half // 2, top + row), TEAL)


def _ground(x: int) -> int:
    return round(177 + 10 * math.sin(x * 0.0245 + 1.2))
