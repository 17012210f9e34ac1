"""Entity tags: conditional reads (`If-None-Match`) and writes (`If-Match`)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

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


def tag_headers(tag: str) -> dict[str, str]:
    """Make the headers of a tagged representation, which caches keep but check before each use."""
    return {"ETag": tag, "Cache-Control": "no-cache"}


def not_modified(tag: str) -> web.Response:
    """Make a 304 response."""
    return web.Response(status=304, headers=tag_headers(tag))


def respond_tagged(
    request: web.Request,
    tag: str,
    body: bytes,
    media_type: str,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> web.Response:
    """Respond with a body and more headers, or with 304 if the caller already has this representation."""
    if is_unchanged(request, tag):
        return not_modified(tag)
    return web.Response(body=body, content_type=media_type, headers={**tag_headers(tag), **headers})


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
