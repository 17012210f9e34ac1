"""Claims of signed tokens."""

from __future__ import annotations

from services.auth.tokens.rules import TokenSubject, make_claims


def test_ids_in_claims_are_strings_as_the_standards_require() -> None:
    subject = TokenSubject(7, "ada", roles=("moderator", "admin"), session_id=9, read_at=1000)
    assert make_claims(subject, issuer="i", audience="a", lifetime=30, token_id="t") == {
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


def test_a_limited_token_says_what_it_may_be_used_for() -> None:
    subject = TokenSubject(7, "ada", (), session_id=9, read_at=1000, scopes=frozenset({"read", "paint"}))
    claims = make_claims(subject, issuer="i", audience="a", lifetime=30, token_id="t")
    assert claims["scope"] == "paint read"
