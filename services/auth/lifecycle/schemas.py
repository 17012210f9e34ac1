"""Requests about the life of an account."""

from __future__ import annotations

from typing import Annotated, Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, SecretStr, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from services.auth.challenges.rules import PAYLOAD_MAX
from services.auth.invitations.rules import CODE_MAX
from services.auth.limits import (
    EMAIL_MAX,
    PASSWORD_MAX,
    PASSWORD_MIN,
    USERNAME_MAX,
    USERNAME_MIN,
    USERNAME_PATTERN,
)
from services.auth.policy.rules import RegistrationMode
from services.auth.sessions.schemas import Login
from shared.http.models import BIGINT_MAX, ONE_LINE, Body, View


def _normalise_email(value: str) -> str:
    try:
        # Only a sent mail proves that an address is deliverable. test_environment admits the domain "test"
        # (RFC 2606).
        return validate_email(value, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise PydanticCustomError("email", "{reason}", {"reason": str(error)}) from None


Username = Annotated[
    str, StringConstraints(min_length=USERNAME_MIN, max_length=USERNAME_MAX, pattern=USERNAME_PATTERN)
]
Email = Annotated[
    str,
    StringConstraints(max_length=EMAIL_MAX),
    AfterValidator(_normalise_email),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": EMAIL_MAX}),
]
Password = Annotated[SecretStr, Field(min_length=1, max_length=PASSWORD_MAX)]
NewPassword = Annotated[SecretStr, Field(min_length=PASSWORD_MIN, max_length=PASSWORD_MAX)]
DisplayName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50), ONE_LINE]


class Admission(Body):
    """What a new account may need: the code of an invitation, and the payload of a solved challenge.

    The payload is as ALTCHA's clients make it.
    """

    invitation: SecretStr | None = Field(None, min_length=1, max_length=CODE_MAX)
    challenge: str | None = Field(None, min_length=1, max_length=PAYLOAD_MAX)


class Registration(Admission):
    """A new account; `display_name` is the first display name of its profile.

    `invitation` is a code, `challenge` the payload of a solved challenge as ALTCHA's clients make it.
    """

    username: Username
    email: Email
    password: NewPassword
    display_name: DisplayName | None = None


class RegistrationView(View):
    """Who may create an account at the moment, and whether it takes a solved challenge (/auth/challenge)."""

    registration: RegistrationMode
    challenge_required: bool


class MailRequest(Body):
    """The address to write to; the response is the same whether or not an account has it."""

    email: Email


class MailToken(Body):
    """The token of a mail."""

    token: SecretStr = Field(min_length=1, max_length=200)


class PasswordReset(MailToken):
    """The token of a mail, and the new password."""

    new_password: NewPassword


class PasswordChange(Body):
    """The current password and the new one."""

    current_password: Password
    new_password: NewPassword


class EmailChange(Body):
    """The new address, and the password."""

    email: Email
    password: Password


class OneTimeLogin(Login):
    """The login with a one-time password, and the password of one's own that replaces it."""

    new_password: NewPassword


class Transfer(Body):
    """The account that the canvases go to."""

    transfer_to: int = Field(ge=1, le=BIGINT_MAX)


class AccountDeletion(Body):
    """The password; an access token left on a shared computer must not be enough to delete an account.

    `canvases` is what becomes of those that the account owns: they stay, without its name, are deleted, or go
    to another account.
    """

    password: Password
    canvases: Literal["keep", "delete"] | Transfer = "keep"
