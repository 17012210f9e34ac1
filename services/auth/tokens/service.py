"""Issuing of signed tokens."""

from __future__ import annotations

from uuid import uuid4

from services.auth.keys.service import KeyRing
from services.auth.tokens.rules import TICKET_SECONDS, TokenSubject, make_claims
from shared.http.tokens import ACCESS_AUDIENCE, ACCESS_TYPE, ISSUER, TICKET_AUDIENCE, TICKET_TYPE
from shared.revocations import ACCESS_SECONDS


class TokenIssuer:
    """Issues tokens under the current signing key; raises Unavailable while no key is loaded."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def issue_access_token(self, subject: TokenSubject) -> str:
        """Issue a token for the API, valid for ACCESS_SECONDS."""
        return self._issue(subject, ACCESS_TYPE, ACCESS_AUDIENCE, ACCESS_SECONDS)

    def issue_ticket(self, subject: TokenSubject) -> str:
        """Issue a ticket for one WebSocket, valid for TICKET_SECONDS; the tiles service accepts it once."""
        return self._issue(subject, TICKET_TYPE, TICKET_AUDIENCE, TICKET_SECONDS)

    def _issue(self, subject: TokenSubject, token_type: str, audience: str, lifetime: int) -> str:
        claims = make_claims(
            subject,
            issuer=ISSUER,
            audience=audience,
            lifetime=lifetime,
            token_id=uuid4().hex,
        )
        return self._keys.sign(claims, token_type)
