"""Pictures from files and other programs, converted to a tile."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from playwright.async_api import expect

from tests.support.browser import Windows, assert_accessible
from tests.support.editor import RED, SIZE, drag, new_canvas, open_editor, painted, save, shown
from tests.support.painters import NewPainter
from tests.support.stage import drawing


async def test_an_imported_picture_is_converted_to_the_palette(
    new_page: Windows, new_painter: NewPainter, tmp_path: Path
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    picture = tmp_path / "flag.png"
    picture.write_bytes(png(64, lambda _x, y: (240, 20, 70, 255) if y < 32 else (0, 0, 0, 0)))
    page = await new_page(ada)
    await open_editor(page, canvas)
    await page.get_by_role("button", name="Import picture").click()
    await page.get_by_label("Choose a picture").set_input_files(picture)
    await expect(page.get_by_role("img", name="Preview as a tile")).to_be_visible()
    await assert_accessible(page)
    await page.get_by_role("button", name="Insert").click()
    await save(page)
    assert await painted(ada, canvas) == {(x, y): RED for x in range(SIZE) for y in range(SIZE // 2)}


async def test_a_picture_of_which_nothing_would_show_cannot_be_inserted(
    new_page: Windows, new_painter: NewPainter, tmp_path: Path
) -> None:
    ada = await new_painter("ada")
    picture = tmp_path / "hair.png"
    picture.write_bytes(png(512, lambda _x, y: (0, 0, 0, 255 if y == 256 else 0)))
    page = await new_page(ada)
    await open_editor(page, await new_canvas(ada))
    await page.get_by_role("button", name="Import picture").click()
    await page.get_by_label("Choose a picture").set_input_files(picture)
    await expect(page.get_by_text("Nothing of the picture would show")).to_be_visible()
    await expect(page.get_by_role("button", name="Insert")).to_be_disabled()
    await page.get_by_label(re.compile("^Transparent below")).fill("0")
    await expect(page.get_by_role("button", name="Insert")).to_be_enabled()


async def test_an_inserted_picture_moves_with_the_arrow_keys(
    new_page: Windows, new_painter: NewPainter, tmp_path: Path
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    picture = tmp_path / "dot.png"
    picture.write_bytes(png(SIZE, lambda x, y: (240, 20, 70, 255) if (x, y) == (3, 3) else (0, 0, 0, 0)))
    page = await new_page(ada)
    await open_editor(page, canvas)
    for _ in range(2):  # the same file twice
        await page.get_by_role("button", name="Import picture").click()
        await page.get_by_label("Choose a picture").set_input_files(picture)
        await expect(page.get_by_role("img", name="Preview as a tile")).to_be_visible()
        await page.get_by_role("button", name="Insert").click()
        await expect(drawing(page, SIZE)).to_be_focused()
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("Escape")
    assert await shown(page) == {(4, 3): RED}
    await expect(page.get_by_role("dialog", name="Close without saving?")).to_have_count(0)


async def test_a_picture_copied_elsewhere_is_pasted_after_a_copy_in_the_editor(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await open_editor(page, await new_canvas(ada))
    await drag(page, (1, 1), (2, 1))
    await page.keyboard.press("Control+c")
    await page.evaluate("dispatchEvent(new Event('blur'))")  # to another window and back
    file = list(png(4, lambda _x, _y: (0, 0, 0, 255)))
    await drawing(page, SIZE).evaluate(
        """(canvas, bytes) => {
          const clipboardData = new DataTransfer();
          clipboardData.items.add(new File([new Uint8Array(bytes)], "dot.png", { type: "image/png" }));
          const paste = { clipboardData, bubbles: true, composed: true };
          canvas.dispatchEvent(new ClipboardEvent("paste", paste));
        }""",
        file,
    )
    await expect(page.get_by_role("img", name="Preview as a tile")).to_be_visible()


def png(side: int, rgba: Callable[[int, int], tuple[int, int, int, int]]) -> bytes:
    """A picture as a file (PNG, RFC 2083)."""
    rows = b"".join(b"\0" + bytes(v for x in range(side) for v in rgba(x, y)) for y in range(side))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
