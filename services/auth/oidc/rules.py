"""Logins under way at a provider, and what they end in; standard library only."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from services.auth.limits import EMAIL_MAX
from shared.errors import Invalid, NotFound
from shared.text import has_controls

FLOW_LIFETIME = timedelta(minutes=10)
"""How long a login at a provider may take, and then how long a new artist may take to choose a username."""

NEXT_MAX = 500
"""Characters of the path to go to afterwards."""

SUBJECT_MAX = 255
"""Characters of a subject (OpenID Connect Core, section 2)."""


class Outcome(StrEnum):
    """What a login at a provider ended in, as the client gets it in the fragment of the address."""

    SIGNED_IN = "signed-in"
    LINKED = "linked"
    SECOND_FACTOR = "second-factor"
    REGISTER = "register"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FAILED = "failed"
    UNAVAILABLE = "unavailable"
    TOO_MANY = "too-many"
    SUSPENDED = "suspended"
    LINK_FIRST = "link-first"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Flow:
    """A login under way. Only the browser that began it has it, encrypted, in a cookie.

    `link`: the account and the session that the identity is linked to; None to log in.
    """

    provider: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    next: str
    expires_at: float
    link: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ProvenIdentity:
    """Who somebody is at an issuer, as its signed token or its API says."""

    provider: str
    issuer: str
    subject: str
    email: str | None
    is_email_verified: bool


class LoginEnded(Exception):
    """A login at a provider ended without a session."""

    def __init__(self, outcome: Outcome, reason: str = "") -> None:
        super().__init__(reason)
        self.outcome = outcome


class ProviderRefused(LoginEnded):
    """The provider answered, and what it said does not prove who somebody is."""

    def __init__(self, reason: str) -> None:
        super().__init__(Outcome.FAILED, reason)


def is_answer_to(flow: Flow, provider: str, state: str | None, now: float) -> bool:
    """Return whether a response of that provider belongs to the login."""
    is_same = state is not None and hmac.compare_digest(flow.state.encode(), state.encode(errors="replace"))
    return is_same and flow.provider == provider and flow.expires_at > now


def check_issuer(given: str | None, expected: str, *, is_required: bool) -> None:
    """Refuse the response of another issuer (RFC 9207); raises ProviderRefused."""
    if given is None and is_required:
        raise ProviderRefused("the response does not say whose it is")
    if given is not None and given != expected:
        raise ProviderRefused("the response is of another issuer")


def check_subject(subject: object) -> str:
    """Return the subject of an identity; raises ProviderRefused if it cannot be stored."""
    if not isinstance(subject, str) or not 1 <= len(subject) <= SUBJECT_MAX or has_controls(subject):
        raise ProviderRefused("no usable subject")
    return subject


def clean_email(email: object) -> str | None:
    """Return the email address that a provider names, or None if it cannot be one."""
    if isinstance(email, str) and 1 <= len(email) <= EMAIL_MAX and email.isprintable():
        return email
    return None


def clean_next(path: str) -> str:
    """Return where to go afterwards: a path of this site, never an address elsewhere."""
    is_path = path.startswith("/") and path[1:2] not in ("/", "\\") and len(path) <= NEXT_MAX
    return path if is_path and path.isprintable() else "/"


def provider_not_found() -> NotFound:
    """Return the refusal of a provider that the site does not have."""
    return NotFound("provider_not_found", "This site has no such provider.")


def identity_not_found() -> NotFound:
    """Return the refusal to remove an identity that the account does not have."""
    return NotFound("identity_not_found", "The account is not linked to an identity of this provider.")


def ticket_invalid() -> Invalid:
    """Return the refusal of a registration whose login at the provider is too old, or was used already."""
    return Invalid.field(
        "body", "ticket", msg="has expired or was used; log in at the provider again", code="ticket_invalid"
    )
