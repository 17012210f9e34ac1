"""Entity tags: conditional reads (`If-None-Match`) and writes (`If-Match`)."""

from __future__ import annotations

from aiohttp import web

from shared.errors import Invalid


def etag(*parts: int | str) -> str:
    """Build a strong entity tag from the parts that identify a representation."""
    return '"' + "-".join(map(str, parts)) + '"'


def is_unchanged(request: web.Request, tag: str) -> bool:
    """Whether the caller already has this representation (`If-None-Match`)."""
    given = request.headers.get("If-None-Match")
    if given is None:
        return False
    return given.strip() == "*" or tag in (item.strip().removeprefix("W/") for item in given.split(","))


def not_modified(tag: str) -> web.Response:
    """Make a 304 response."""
    return web.Response(status=304, headers={"ETag": tag, "Cache-Control": "no-cache"})


def expected_version(request: web.Request) -> int | None:
    """Return the version named by `If-Match`, or None if any version is acceptable.

    Accepts the tag of a GET, which starts with the version (`"7-3"`), and the version alone (`"7"` or `7`).
    Raises Invalid for anything else.
    """
    given = request.headers.get("If-Match")
    if given is None or given.strip() == "*":
        return None
    text = given.strip().removeprefix("W/").strip('"').partition("-")[0]
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Invalid.field("header", "If-Match", msg='must be a version, as "7"')
    return int(text)
