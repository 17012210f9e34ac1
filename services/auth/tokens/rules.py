"""Claims of signed tokens; standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

TICKET_SECONDS = 30


@dataclass(frozen=True, slots=True)
class TokenSubject:
    """The account that a token identifies, and the session that it belongs to."""

    account_id: int
    username: str
    roles: tuple[str, ...]
    session_id: int


def make_claims(
    subject: TokenSubject, *, issuer: str, audience: str, lifetime: int, now: float, token_id: str
) -> dict[str, Any]:
    """Build the claims of a token that is valid for `lifetime` seconds from `now` (UNIX time).

    `iat` has fractions of a second, as RFC 7519 allows: a token from a login right after a revocation of the
    whole account must count as issued later.

    Names are those of RFC 9068, and `sid` of OpenID Connect; both make ids strings.
    """
    return {
        "iss": issuer,
        "aud": audience,
        "sub": str(subject.account_id),
        "sid": str(subject.session_id),
        "username": subject.username,
        "roles": sorted(subject.roles),
        "iat": now,
        "exp": int(now) + lifetime,
        "jti": token_id,
    }
