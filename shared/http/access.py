"""Who may call an operation: the caller's identity from the request, and the role it needs."""

from __future__ import annotations

from enum import StrEnum

from aiohttp import web

from shared.errors import NotAllowed, NotAuthenticated
from shared.http.tokens import TokenVerifier
from shared.identity import Identity

VERIFIER = web.AppKey("VERIFIER", TokenVerifier)


class Access(StrEnum):
    """Who may call an operation at all; finer rules are the feature's."""

    GUEST = "guest"
    ARTIST = "artist"
    MODERATOR = "moderator"
    ADMIN = "admin"


def admit(access: Access, identity: Identity | None) -> None:
    """Refuse a caller that the operation is not open to.

    Raises NotAuthenticated without an identity, NotAllowed when a role is missing.
    """
    if access is Access.GUEST:
        return
    if identity is None:
        raise NotAuthenticated("not_authenticated", "this needs an access token")
    allowed = {
        Access.ARTIST: True,
        Access.MODERATOR: identity.is_moderator,
        Access.ADMIN: identity.is_admin,
    }[access]
    if not allowed:
        raise NotAllowed("not_allowed", f"this is for a {access.value}")


def identify(request: web.Request) -> Identity | None:
    """Return the verified caller, or None for a guest; a bad token is refused, never treated as a guest."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAuthenticated("token_invalid", "send: Authorization: Bearer <access token>")
    return request.app[VERIFIER].access(token.strip())
