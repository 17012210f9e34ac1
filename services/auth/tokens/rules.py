"""What is written in tokens; standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

TICKET_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a token speaks of, and the session it belongs to."""

    account_id: int
    username: str
    roles: tuple[str, ...]
    session_id: int


def claims(
    holder: Holder, *, issuer: str, audience: str, lifetime: int, now: float, token_id: str
) -> dict[str, Any]:
    """Build the claims of a token that is valid for `lifetime` seconds from `now` (UNIX time).

    `iat` has fractions of a second, as RFC 7519 allows: whoever logs in right after that all tokens of the
    account were revoked has one that was made later.

    Names are those of RFC 9068, and `sid` of OpenID Connect; ids are text there.
    """
    return {
        "iss": issuer,
        "aud": audience,
        "sub": str(holder.account_id),
        "sid": str(holder.session_id),
        "username": holder.username,
        "roles": sorted(holder.roles),
        "iat": now,
        "exp": int(now) + lifetime,
        "jti": token_id,
    }
