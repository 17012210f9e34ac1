"""Claims of signed tokens; standard library only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

TICKET_SECONDS = 30


@dataclass(frozen=True, slots=True)
class TokenSubject:
    """The account that a token identifies, and the session that it belongs to, as read from the database.

    `read_at`: when, in UNIX time by the clock of the database. That is the one clock by which tokens and
    revocations are compared, because the processes that issue and revoke may run on different machines.
    `scopes`: what the token may be used for, None if it is not limited.
    """

    account_id: int
    username: str
    roles: tuple[str, ...]
    session_id: int
    read_at: float
    scopes: frozenset[str] | None = None

    def limited_to(self, roles: Collection[str], scopes: frozenset[str] | None) -> TokenSubject:
        """Return the subject for a token that is got by another one, with no more rights than that has.

        Those of a token without scopes are the account's own.
        """
        if scopes is None:
            return self
        both = scopes if self.scopes is None else scopes & self.scopes
        return replace(self, roles=tuple(roles), scopes=both)


def make_claims(
    subject: TokenSubject, *, issuer: str, audience: str, lifetime: int, token_id: str
) -> dict[str, Any]:
    """Build the claims of a token that is valid for `lifetime` seconds from when its subject was read.

    `iat` has fractions of a second, as RFC 7519 allows: a token from a login right after a revocation of the
    whole account must count as issued later.

    Names are those of RFC 9068, and `sid` of OpenID Connect; both make ids strings.
    """
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": audience,
        "sub": str(subject.account_id),
        "sid": str(subject.session_id),
        "username": subject.username,
        "roles": sorted(subject.roles),
        "iat": subject.read_at,
        "exp": int(subject.read_at) + lifetime,
        "jti": token_id,
    }
    return claims if subject.scopes is None else {**claims, "scope": " ".join(sorted(subject.scopes))}
