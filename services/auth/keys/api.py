"""The route of the public keys, at the root of the site as RFC 8615 requires."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from services.auth.keys.schemas import JsonWebKeySet
from services.auth.keys.service import KEY_RING
from shared.http.operations import Operation, respond
from shared.http.tokens import REFRESH_SECONDS

# Part of the maximum age of a copy of the keys; see PUBLISHED_AHEAD.
_CACHED: Final = {"Cache-Control": f"public, max-age={REFRESH_SECONDS:.0f}"}


async def get_jwks(request: web.Request) -> web.Response:
    """Show the public keys that verify tokens."""
    return respond(request.app[KEY_RING].get_jwks(), headers=_CACHED)


OPERATIONS = (Operation("GET", "/.well-known/jwks.json", get_jwks, {200: JsonWebKeySet}),)
