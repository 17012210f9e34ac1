"""Requests and responses about sessions and WebSocket tickets."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import AliasChoices, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from services.auth.accounts.schemas import AccountView
from services.auth.factors.rules import CODE_MAX, Proof
from services.auth.limits import EMAIL_MAX, PASSWORD_MAX
from services.auth.sessions.rules import Grant, Session
from shared.http.models import Body, View
from shared.revocations import ACCESS_SECONDS

_TOKEN_MAX = 200


class Login(Body):
    """`username` may be the email address; the field may then be named `email`."""

    username: str = Field(
        min_length=1, max_length=EMAIL_MAX, validation_alias=AliasChoices("username", "email")
    )
    password: SecretStr = Field(min_length=1, max_length=PASSWORD_MAX)


class ProofBody(Body):
    """A code of the authenticator app or a recovery code, or the assertion of a passkey.

    `assertion` is what a browser makes of `navigator.credentials.get`, as `toJSON()` writes it.
    """

    code: SecretStr | None = Field(None, min_length=1, max_length=CODE_MAX)
    assertion: dict[str, Any] | None = Field(None, repr=False)

    @model_validator(mode="after")
    def _require_one(self) -> Self:
        if (self.code is None) is (self.assertion is None):
            raise PydanticCustomError("one_proof", "must have either a code or an assertion")
        return self

    def proof(self) -> Proof:
        """Return what is given."""
        return Proof(self.code.get_secret_value() if self.code else None, self.assertion)


class SecondFactor(ProofBody):
    """The challenge of the login, and what it goes on with."""

    challenge: SecretStr = Field(min_length=1, max_length=_TOKEN_MAX)


class PasskeyRequest(Body):
    """The challenge of a login that a passkey goes on with.

    Without it, the caller's passkeys will do, or for a guest any of this site.
    """

    challenge: SecretStr | None = Field(None, min_length=1, max_length=_TOKEN_MAX)


class PasskeyOptions(View):
    """What a browser's `PublicKeyCredential.parse…OptionsFromJSON` reads."""

    options: dict[str, Any]


class PasskeyLogin(Body):
    """The assertion of a passkey, as `toJSON()` writes it."""

    assertion: dict[str, Any] = Field(repr=False)


class Refresh(Body):
    """The session's current refresh token, which only a browser omits; the response contains the next one."""

    refresh_token: SecretStr | None = Field(None, min_length=1, max_length=_TOKEN_MAX)


class Logout(Body):
    """The refresh token of the session to end; without it, the access token or the cookie decides."""

    refresh_token: SecretStr | None = Field(None, min_length=1, max_length=_TOKEN_MAX)


class SessionView(View):
    """Tokens of a session: the access token is valid for `expires_in` seconds.

    `refresh_token` is null for a browser, which receives it as a cookie.
    """

    access_token: str = Field(repr=False)
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - what RFC 6750 calls the type
    expires_in: int = ACCESS_SECONDS
    refresh_token: str | None = Field(repr=False)
    account: AccountView

    @classmethod
    def of(cls, grant: Grant) -> SessionView:
        """Show a grant."""
        return cls.model_validate(grant)


class OpenSessionView(View):
    """A session in its owner's list; `current` marks the session that makes the request."""

    id: int
    address: str
    user_agent: str | None
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    current: bool

    @classmethod
    def of(cls, session: Session, current_id: str) -> OpenSessionView:
        """Show a session in a response to the session `current_id`."""
        return cls(
            id=session.id,
            address=session.address,
            user_agent=session.user_agent,
            created_at=session.created_at,
            last_used_at=session.last_used_at,
            expires_at=session.expires_at,
            current=str(session.id) == current_id,
        )


class TicketView(View):
    """A ticket that opens one WebSocket within `expires_in` seconds."""

    ticket: str = Field(repr=False)
    expires_in: int
