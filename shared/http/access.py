"""Access control: the caller's identity, read from the request, and the role that an operation needs."""

from __future__ import annotations

from enum import StrEnum

from aiohttp import web

from shared.errors import NotAllowed, NotAuthenticated
from shared.http.tokens import TokenVerifier
from shared.identity import Identity, Scope

VERIFIER = web.AppKey("VERIFIER", TokenVerifier)


class Access(StrEnum):
    """The minimum right to call an operation; features add finer rules."""

    GUEST = "guest"
    ARTIST = "artist"
    MODERATOR = "moderator"
    ADMIN = "admin"


def admit(access: Access, scope: Scope, identity: Identity | None) -> None:
    """Check that the caller may call an operation.

    Raises NotAuthenticated without an identity, and NotAllowed if a role is missing, or `insufficient_scope`
    if the token is limited to other things.
    """
    if identity is not None and not identity.may(scope):
        raise NotAllowed("insufficient_scope", f"This requires a token with the scope {scope.value}.")
    if access is Access.GUEST:
        return
    if identity is None:
        raise NotAuthenticated("not_authenticated", "An access token is required.")
    allowed = {
        Access.ARTIST: True,
        Access.MODERATOR: identity.is_moderator,
        Access.ADMIN: identity.is_admin,
    }[access]
    if not allowed:
        raise NotAllowed("not_allowed", f"This requires the role {access.value}.")


def identify(request: web.Request) -> Identity | None:
    """Return the verified caller, or None for a guest; an invalid token raises NotAuthenticated."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAuthenticated("token_invalid", "The header must be: Authorization: Bearer <access token>")
    return request.app[VERIFIER].verify_access_token(token.strip())
