"""What is written in tokens; standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ACCESS_SECONDS = 900
TICKET_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a token speaks of, and the session it belongs to."""

    account_id: int
    username: str
    roles: tuple[str, ...]
    session_id: int


def claims(
    holder: Holder, *, issuer: str, audience: str, lifetime: int, now: int, token_id: str
) -> dict[str, Any]:
    """Build the claims of a token that is valid for `lifetime` seconds from `now` (UNIX time).

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
        "exp": now + lifetime,
        "jti": token_id,
    }
