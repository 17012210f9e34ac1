"""Requests and responses about sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr

from services.auth.accounts.rules import EMAIL_MAX, PASSWORD_MAX
from services.auth.accounts.schemas import AccountView
from services.auth.sessions.rules import Grant, Session
from shared.http.models import Body, View
from shared.revocations import ACCESS_SECONDS

_TOKEN_MAX = 200


class Login(Body):
    """`username` may be the email address, and may be called `email` then."""

    username: str = Field(
        min_length=1, max_length=EMAIL_MAX, validation_alias=AliasChoices("username", "email")
    )
    password: SecretStr = Field(min_length=1, max_length=PASSWORD_MAX)


class Refresh(Body):
    """The session's current refresh token, which only a browser leaves out; the answer holds the next one."""

    refresh_token: SecretStr | None = Field(None, min_length=1, max_length=_TOKEN_MAX)


class Logout(Body):
    """The session to end, named by its refresh token; else that of the access token or the cookie."""

    refresh_token: SecretStr | None = Field(None, min_length=1, max_length=_TOKEN_MAX)


class SessionView(View):
    """Tokens of a session: the access token is valid for `expires_in` seconds.

    `refresh_token` is null for a browser, which has it as a cookie.
    """

    access_token: str = Field(repr=False)
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - what RFC 6750 calls the type
    expires_in: int = ACCESS_SECONDS
    refresh_token: str | None = Field(repr=False)
    account: AccountView

    @classmethod
    def of(cls, grant: Grant) -> SessionView:
        """Show what was granted."""
        return cls.model_validate(grant)


class OpenSessionView(View):
    """A session in the owner's list; `current` is the one that asks."""

    id: int
    address: str
    user_agent: str | None
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    current: bool

    @classmethod
    def of(cls, session: Session, current_id: str) -> OpenSessionView:
        """Show a session to the holder of session `current_id`."""
        return cls(
            id=session.id,
            address=session.address,
            user_agent=session.user_agent,
            created_at=session.created_at,
            last_used_at=session.last_used_at,
            expires_at=session.expires_at,
            current=str(session.id) == current_id,
        )
