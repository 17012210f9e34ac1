"""Minting of signed tokens."""

from __future__ import annotations

import time
from uuid import uuid4

from aiohttp import web

from services.auth.keys.service import KeyRing
from services.auth.tokens.rules import TICKET_SECONDS, Holder, claims
from shared.http.tokens import ACCESS_AUDIENCE, ACCESS_TYPE, ISSUER, TICKET_AUDIENCE, TICKET_TYPE
from shared.revocations import ACCESS_SECONDS


class Mint:
    """Makes tokens with the key that signs now; raises Unavailable while none is known."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def access_token(self, holder: Holder) -> str:
        """Make a token for the API, valid for `ACCESS_SECONDS`."""
        return self._make(holder, ACCESS_TYPE, ACCESS_AUDIENCE, ACCESS_SECONDS)

    def ticket(self, holder: Holder) -> str:
        """Make a ticket for a WebSocket, valid for `TICKET_SECONDS`; the tiles service lets it count once."""
        return self._make(holder, TICKET_TYPE, TICKET_AUDIENCE, TICKET_SECONDS)

    def _make(self, holder: Holder, token_type: str, audience: str, lifetime: int) -> str:
        body = claims(
            holder,
            issuer=ISSUER,
            audience=audience,
            lifetime=lifetime,
            now=round(time.time(), 6),
            token_id=uuid4().hex,
        )
        return self._keys.sign(body, token_type)


MINT = web.AppKey("MINT", Mint)
