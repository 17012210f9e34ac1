"""Where the public keys are found; at the root, as RFC 8615 has it."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from services.auth.keys.schemas import JsonWebKeySet
from services.auth.keys.service import KEY_RING
from shared.http.operations import Operation, respond
from shared.http.tokens import REFRESH_SECONDS

# Together with the age at which a service asks again, less than the time a new key waits before it signs.
_CACHED: Final = {"Cache-Control": f"public, max-age={REFRESH_SECONDS:.0f}"}


async def get_jwks(request: web.Request) -> web.Response:
    """Show the keys that tokens are signed with."""
    return respond(request.app[KEY_RING].published(), headers=_CACHED)


OPERATIONS = (Operation("GET", "/.well-known/jwks.json", get_jwks, {200: JsonWebKeySet}),)
