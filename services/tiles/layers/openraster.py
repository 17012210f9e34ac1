"""OpenRaster: a ZIP of PNGs and of the list of layers, which GIMP, Krita and MyPaint read.

https://www.openraster.org/baseline/file-layout-spec.html
"""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

from PIL import Image, ImageColor

from services.tiles.canvases.regions import Box
from services.tiles.canvases.rules import Canvas
from services.tiles.layers.files import LayeredFile
from services.tiles.layers.rules import Layer

_VERSION = "0.0.3"
_THUMBNAIL_SIDE = 256
_PNG_LEVEL = 4
"""Of zlib; 6 takes twice as long for 3% less."""

# Allowed in names, but XML has no way to write them.
_NO_XML = str.maketrans("", "", "\ufffe\uffff")


class OpenRasterFile(LayeredFile):
    """A file whose pictures are RGBA, which every reader takes."""

    media_type = "image/openraster"

    def __init__(self, canvas: Canvas, box: Box) -> None:
        super().__init__(canvas, box)
        self._colours = bytes(4) + b"".join(bytes((*ImageColor.getrgb(one), 255)) for one in canvas.palette)
        self._merged = Image.new("P", (box.width, box.height), 0)
        size = {"w": str(box.width), "h": str(box.height)}
        self._image = ElementTree.Element("image", {"version": _VERSION, **size})
        self._stack = ElementTree.SubElement(self._image, "stack")
        self._written = io.BytesIO()
        self._zip = zipfile.ZipFile(self._written, "w", zipfile.ZIP_STORED)
        self._zip.writestr("mimetype", self.media_type)

    def add(self, layer: Layer, pixels: bytes) -> None:
        """Add a tile below those before it."""
        left, top = self.place(layer)
        source = f"data/layer{len(self._stack)}.png"
        ElementTree.SubElement(
            self._stack,
            "layer",
            {
                "name": layer.name.translate(_NO_XML),
                "src": source,
                "x": str(left),
                "y": str(top),
                "opacity": "1.0",
                "visibility": "visible",
                "composite-op": "svg:src-over",
            },
        )
        tile = Image.frombytes("P", (self.canvas.tile_size, self.canvas.tile_size), pixels)
        self._merged.paste(tile, (left, top))
        self._write(source, self._in_rgba(tile))

    def finish(self) -> bytes:
        """Return the whole file, after the last layer."""
        merged = self._in_rgba(self._merged)
        self._write("mergedimage.png", merged)
        # With colours premultiplied by alpha, so that empty pixels do not darken the rest.
        shrunk = merged.convert("RGBa").reduce(-(-max(merged.size) // _THUMBNAIL_SIDE)).convert("RGBA")
        self._write("Thumbnails/thumbnail.png", shrunk)
        stack = ElementTree.tostring(self._image, encoding="UTF-8", xml_declaration=True)
        self._zip.writestr("stack.xml", stack)
        self._zip.close()
        return self._written.getvalue()

    def _in_rgba(self, picture: Image.Image) -> Image.Image:
        picture.putpalette(self._colours, "RGBA")
        return picture.convert("RGBA")

    def _write(self, name: str, picture: Image.Image) -> None:
        encoded = io.BytesIO()
        picture.save(encoded, "PNG", compress_level=_PNG_LEVEL)
        self._zip.writestr(name, encoded.getvalue())
