"""Reading pictures that people upload, whatever they upload."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps

from services.tiles.templates.images import read_image, read_size
from shared.errors import Invalid
from tests.support.templates import BLACK, CLEAR, RED, drawn, encoded

PICTURE = drawn([RED, BLACK, CLEAR], [BLACK, RED, RED])
FILES = {
    "png": encoded(PICTURE),
    "gif": encoded(PICTURE, "GIF"),
    "webp": encoded(PICTURE, "WEBP"),
    "lossless webp": encoded(PICTURE, "WEBP", lossless=True),
    "opaque webp": encoded(PICTURE.convert("RGB"), "WEBP"),
}
ANIMATION = [Image.new("RGB", (2, 2), colour) for colour in ("#ff004d", "#000000")]


def png_of(width: int, height: int, rows: bytes) -> bytes:
    """Write a PNG of 8-bit grey by hand, whatever its header says."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )


def refused(file: bytes) -> str:
    with pytest.raises(Invalid) as refusal:
        read_image(file)
    assert refusal.value.faults[0].loc == ("body", "image")
    return refusal.value.faults[0].code


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_the_size_is_read_from_the_header_of_every_format(file: bytes) -> None:
    assert read_size(file) == (3, 2)


@pytest.mark.parametrize("kind", ["png", "gif", "lossless webp"])
def test_colours_and_transparency_are_kept(kind: str) -> None:
    picture = read_image(FILES[kind])
    assert [picture.getpixel(at) for at in ((0, 0), (1, 0), (0, 1))] == [RED, BLACK, BLACK]
    assert picture.getpixel((2, 0))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_of_an_animation_the_first_frame_counts(kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {}
    file = encoded(ANIMATION[0], kind, save_all=True, append_images=ANIMATION[1:], **options)
    assert read_image(file).getpixel((0, 0)) == RED


@pytest.mark.parametrize(
    "file",
    [
        png_of(10_000, 10_000, b""),
        png_of(8193, 1, b""),
        png_of(0, 5, b""),
        b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + FILES["gif"][10:],
        b"RIFF\x1a\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff" * 6,
        b"RIFF\x1a\0\0\0WEBPVP8L\x0a\0\0\0\x2f" + b"\xff" * 8,
    ],
    ids=["100 megapixels", "too wide", "no pixels", "gif of 4 gigapixels", "webp", "lossless webp"],
)
def test_a_size_beyond_the_limit_is_refused_from_the_header(
    file: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(Image, "open")
    assert refused(file) == "image_size"


def test_a_picture_with_less_than_its_header_says_is_refused() -> None:
    assert refused(png_of(1000, 1000, bytes(11 * 10))) == "image_unreadable"


def test_of_more_than_the_header_says_only_that_is_read() -> None:
    assert read_image(png_of(10, 10, bytes(1001 * 1000))).size == (10, 10)


def test_a_frame_larger_than_its_animation_says_is_refused() -> None:
    file = bytearray(encoded(Image.new("P", (2, 2)), "GIF"))
    frame = file.index(b",", 13)
    file[frame + 5 : frame + 9] = struct.pack("<HH", 8000, 8000)
    assert refused(bytes(file)) == "image_size"


@pytest.mark.parametrize(
    "file", [b"", b"<svg/>", b"GIF8", b"\x89PNG\r\n\x1a\n", encoded(PICTURE.convert("RGB"), "JPEG")]
)
def test_other_files_are_refused(file: bytes) -> None:
    assert refused(file) == "image_unreadable"


@given(st.sampled_from(sorted(FILES)), st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(kind: str, data: st.DataObject) -> None:
    file = bytearray(FILES[kind])
    for at in data.draw(st.lists(st.integers(0, len(file) - 1), min_size=1, max_size=4)):
        file[at] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(file)))
    try:
        read_image(bytes(file[:end]))
    except Invalid as refusal:
        assert refusal.faults[0].loc == ("body", "image")


def test_pictures_of_16_bits_keep_their_greys() -> None:
    picture = Image.new("I;16", (2, 1), 0x8000)
    assert read_image(encoded(picture)).getpixel((0, 0)) == (128, 128, 128, 255)


def test_an_embedded_colour_profile_is_converted_from() -> None:
    # A profile of linear light: what it calls half as bright has the value 188 in sRGB.
    plain = Image.new("RGB", (1, 1), (128, 128, 128))
    assert read_image(encoded(plain, icc_profile=srgb_profile())).getpixel((0, 0)) == (128, 128, 128, 255)
    lightened = read_image(encoded(plain, icc_profile=linear_profile())).getpixel((0, 0))
    assert lightened == (188, 188, 188, 255)


def test_a_broken_or_foreign_colour_profile_is_ignored() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    unreadable = srgb_profile().replace(b"RGB ", b"\xffGB ", 1)
    for profile in (b"no profile", srgb_profile()[:200], lab, unreadable):
        file = encoded(PICTURE, icc_profile=profile)
        assert read_image(file).getpixel((0, 0)) == RED


def exif_of(orientation: int, order: str = "<", **broken: int) -> bytes:
    """Write Exif with an orientation by hand, after another tag; `broken` replaces numbers of it."""
    values = {"start": 8, "count": 2, "kind": 3, "values": 1, **broken}
    mark = {"<": b"II", ">": b"MM"}[order]
    return (
        mark
        + struct.pack(f"{order}HIH", 42, values["start"], values["count"])
        + struct.pack(f"{order}HHII", 0x0100, 4, 1, 3)
        + struct.pack(f"{order}HHIHxx", 0x0112, values["kind"], values["values"], orientation)
        + bytes(4)
    )


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
@pytest.mark.parametrize("order", "<>")
def test_a_picture_is_turned_as_its_exif_says(kind: str, orientation: int, order: str) -> None:
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    file = encoded(PICTURE, kind, exif=exif_of(orientation, order), **options)
    with Image.open(BytesIO(file)) as image:
        expected = ImageOps.exif_transpose(image).convert("RGBA")
    turned = read_image(file)
    assert (turned.size, turned.tobytes()) == (expected.size, expected.tobytes())
    assert turned.size == ((3, 2) if orientation < 5 else (2, 3))


@pytest.mark.parametrize(
    "exif",
    [
        exif_of(0),
        exif_of(9),
        exif_of(65_535),
        exif_of(6, kind=4),
        exif_of(6, values=2),
        exif_of(6, count=1),
        exif_of(6, start=2**32 - 1),
        exif_of(6)[:-8],
        exif_of(6)[:9],
        exif_of(6)[:5],
        b"XX" + exif_of(6)[2:],
        b"II",
    ],
)
def test_exif_without_an_orientation_that_can_be_read_turns_nothing(exif: bytes) -> None:
    assert read_image(encoded(PICTURE, exif=exif)).size == (3, 2)


def test_exif_with_as_many_tags_as_there_can_be_costs_nothing_to_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Each tag says that its value is long, and elsewhere in the file.
    tags = b"".join(struct.pack("<HHII", tag, 7, 4096, 8) for tag in range(1, 0xFFFF) if tag != 0x0112)
    exif = b"II" + struct.pack("<HIH", 42, 8, len(tags) // 12) + tags + bytes(4)
    file = encoded(PICTURE, exif=exif)
    monkeypatch.delattr(Image.Image, "getexif")
    assert read_image(file).size == (3, 2)


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def linear_profile() -> bytes:
    """Return the profile of sRGB with its transfer curves replaced by straight lines."""
    profile = bytearray(srgb_profile())
    (count,) = struct.unpack_from(">I", profile, 128)
    for entry in range(132, 132 + 12 * count, 12):
        name, offset, _ = struct.unpack_from(">4sII", profile, entry)
        if name in {b"rTRC", b"gTRC", b"bTRC"}:
            # https://www.color.org/specification/ICC.1-2022-05.pdf, 10.18: a parametric curve, Y = X ** g
            struct.pack_into(">4sIHHi", profile, offset, b"para", 0, 0, 0, 1 << 16)
    return bytes(profile)
