"""What is written in tokens."""

from __future__ import annotations

from services.auth.tokens.rules import Holder, claims


def test_claims_are_text_where_the_standards_want_text() -> None:
    holder = Holder(account_id=7, username="ada", roles=("moderator", "admin"), session_id=9)
    assert claims(holder, issuer="i", audience="a", lifetime=30, now=1000, token_id="t") == {
        "iss": "i",
        "aud": "a",
        "sub": "7",
        "sid": "9",
        "username": "ada",
        "roles": ["admin", "moderator"],
        "iat": 1000,
        "exp": 1030,
        "jti": "t",
    }
