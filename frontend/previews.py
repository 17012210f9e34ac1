"""What other sites and apps show of a link: the Open Graph `<meta>` of a page's head (https://ogp.me).

They are made from the address alone, so that this process still needs no other. Whether there is a picture to
show, tiles decides when it is asked for it: of a private canvas there is none, and nothing here differs.
"""

from __future__ import annotations

import re
from html import escape
from typing import NamedTuple

from aiohttp import web

from shared.http.clients import read_path_prefix
from shared.http.server import API_PREFIX

_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
_ID = re.compile(r"[0-9]{1,18}")
_CELL = re.compile(r"([0-9]{1,4}),([0-9]{1,4})")
_USERNAME = re.compile(r"[A-Za-z0-9_]{3,50}")  # as in services.auth.limits

_TILE_SCALE = 8
"""A tile of 16 pixels is shown 128 pixels wide; one of 128 pixels, 1024."""

_INVITATION = "Paint a mosaic together, tile by tile."


class Preview(NamedTuple):
    """What a link shows; `image` is a path of the API, None for none."""

    title: str
    image: str | None


def preview_of(request: web.Request) -> Preview | None:
    """Return the preview of the page that a request is for, or None for a page without one."""
    canvas_id, username = request.match_info.get("id", ""), request.match_info.get("username", "")
    if _USERNAME.fullmatch(username):
        return Preview(f"{username} on Tessera", None)
    if not _ID.fullmatch(canvas_id):
        return None
    picture = f"{API_PREFIX}/canvases/{canvas_id}"
    cell = _CELL.fullmatch(request.query.get("cell", ""))
    if cell is None:
        return Preview("A canvas on Tessera", f"{picture}/preview.png")
    region = f"x={int(cell[1])}&y={int(cell[2])}&columns=1&rows=1&scale={_TILE_SCALE}"
    return Preview("A tile on Tessera", f"{picture}.png?{region}")


def render(request: web.Request, preview: Preview) -> str:
    """Write the elements for a page's head, with absolute addresses as the caller sees them."""
    site = _find_site(request)
    card = "summary" if preview.image is None else "summary_large_image"
    properties = {
        "og:site_name": "Tessera",
        "og:type": "website",
        "og:title": preview.title,
        "og:description": _INVITATION,
        "og:url": f"{site}{request.rel_url.raw_path_qs}",
    }
    if preview.image is not None:
        properties |= {"og:image": site + preview.image, "og:image:type": "image/png"}
    elements = [f'<meta property="{name}" content="{escape(value)}">' for name, value in properties.items()]
    return "\n  ".join([*elements, f'<meta name="twitter:card" content="{card}">'])


def _find_site(request: web.Request) -> str:
    """Return the address of the site as the caller sees it; without an origin if the host makes no sense."""
    prefix = read_path_prefix(request)
    if not _HOST.fullmatch(request.host):
        return prefix
    # The gateway says so, after the trusted proxies in front of it, if there are any.
    is_secure = request.headers.get("X-Forwarded-Proto") == "https" or request.secure
    return f"{'https' if is_secure else 'http'}://{request.host}{prefix}"
