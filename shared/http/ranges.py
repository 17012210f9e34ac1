"""The rest of a response whose transfer broke (`Range` with `If-Range`, RFC 9110)."""

from __future__ import annotations

import re

from aiohttp import web

_REST = re.compile(r"bytes=(\d{1,15})-")


def resumed_at(request: web.Request, tag: str, size: int) -> int:
    """Return the offset from which the caller wants a body of `size` bytes: 0 for the whole.

    The caller has to name the tag of the bytes it has; other ranges than "the rest" are not honoured, as HTTP
    permits.
    """
    given = request.headers.get("Range")
    asked = None if given is None else _REST.fullmatch(given)
    if asked is None or request.headers.get("If-Range") != tag:
        return 0
    offset = int(asked[1])
    return offset if offset < size else 0


def respond_with_rest(body: bytes, offset: int, headers: dict[str, str], media_type: str) -> web.Response:
    """Respond with a body from `offset` on: 206, or 200 with the whole."""
    headers = {**headers, "Accept-Ranges": "bytes"}
    if not offset:
        return web.Response(body=body, content_type=media_type, headers=headers)
    headers["Content-Range"] = f"bytes {offset}-{len(body) - 1}/{len(body)}"
    return web.Response(status=206, body=body[offset:], content_type=media_type, headers=headers)
