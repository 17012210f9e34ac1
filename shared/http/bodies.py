"""JSON bodies: their bounds, which hold before any model reads them.

A model names every unknown key and every wrong item, so an answer could become many times as large as the
body that caused it, and take the event loop for seconds. Within these bounds, reading, checking and refusing
the worst body takes a few milliseconds, less than handing it to a thread would gain.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from shared.errors import Invalid, TooLarge

MAX_KEYS = 64
"""Keys of all objects in a body; the largest model has nine."""

MAX_DEPTH = 8
"""Arrays and objects inside each other; the deepest model has three."""


@dataclass(frozen=True, slots=True)
class BodyBounds:
    """How large a body may be: its bytes, and the items of all arrays and objects in it."""

    size: int = 64 * 1024
    items: int = 512

    @property
    def description(self) -> str:
        """For the document."""
        return f"At most {self.size // 1024} KiB, with {self.items} items."


DEFAULT_BOUNDS = BodyBounds()
"""Most bodies have less than one KiB and ten items; the largest is a canvas with a palette of 255 colours."""

# A string without an end reaches to the end of the body. If it were none, each of its quotes would be tried
# again, which takes seconds.
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


async def read_json(request: web.Request, bounds: BodyBounds) -> bytes:
    """Read a JSON body whose size and structure are within bounds.

    Raises TooLarge, and Invalid for too many items or keys, too much depth, or a key that occurs twice in an
    object. Other faults are left to the model, which names the fields.
    """
    if (request.content_length or 0) > bounds.size:
        raise _too_large(bounds)
    body = bytearray()
    # In pieces: a body without Content-Length shows how long it is only while it is read.
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > bounds.size:
            raise _too_large(bounds)
    check_structure(body, bounds)
    return bytes(body)


def check_structure(body: bytes | bytearray, bounds: BodyBounds) -> None:
    """Check the structure of JSON text; raises Invalid as `read_json` does."""
    bare = _STRING.sub(b"", body)
    if bare.count(b",") >= bounds.items:
        raise Invalid.field("body", msg=f"must not have more than {bounds.items} items")
    keys = bare.count(b":")
    if keys > MAX_KEYS:
        raise Invalid.field("body", msg=f"must not have more than {MAX_KEYS} keys")
    brackets = bare.translate(None, _NOT_BRACKETS)
    for _ in range(MAX_DEPTH):
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    if brackets:
        raise Invalid.field("body", msg=f"must be JSON, nested no deeper than {MAX_DEPTH} levels")
    if keys < 2:
        return
    try:
        json.loads(body, object_pairs_hook=_refuse_duplicates)
    except ValueError:
        return  # the model's own parser says what is wrong with the text


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> None:
    seen = set()
    for key, _ in pairs:
        if key in seen:
            raise Invalid.field("body", key, msg="occurs more than once")
        seen.add(key)


def _too_large(bounds: BodyBounds) -> TooLarge:
    return TooLarge("body_too_large", f"The body may have at most {bounds.size // 1024} KiB.")
