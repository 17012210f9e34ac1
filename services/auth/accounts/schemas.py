"""Requests and responses about accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, SecretStr, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from services.auth.accounts.rules import (
    EMAIL_MAX,
    PASSWORD_MAX,
    PASSWORD_MIN,
    USERNAME_MAX,
    USERNAME_MIN,
    USERNAME_PATTERN,
    Status,
)
from shared.http.models import ONE_LINE, Body, View


def _email(value: str) -> str:
    try:
        # test_environment lets the domain "test" (RFC 2606) pass; whether mail arrives, only mail can tell.
        return validate_email(value, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise PydanticCustomError("email", "{reason}", {"reason": str(error)}) from None


Username = Annotated[
    str, StringConstraints(min_length=USERNAME_MIN, max_length=USERNAME_MAX, pattern=USERNAME_PATTERN)
]
Email = Annotated[
    str,
    StringConstraints(max_length=EMAIL_MAX),
    AfterValidator(_email),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": EMAIL_MAX}),
]
Password = Annotated[SecretStr, Field(min_length=1, max_length=PASSWORD_MAX)]
NewPassword = Annotated[SecretStr, Field(min_length=PASSWORD_MIN, max_length=PASSWORD_MAX)]
DisplayName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50), ONE_LINE]


class Registration(Body):
    """A new account; `display_name` is how the profile begins."""

    username: Username
    email: Email
    password: NewPassword
    display_name: DisplayName | None = None


class MailRequest(Body):
    """The address to write to; the answer is the same whether or not it is anybody's."""

    email: Email


class MailToken(Body):
    """The token of a mail."""

    token: SecretStr = Field(min_length=1, max_length=200)


class PasswordReset(MailToken):
    """The token of a mail, and the password that one wants from now on."""

    new_password: NewPassword


class PasswordChange(Body):
    """The password as it is, and as it is to be."""

    current_password: Password
    new_password: NewPassword


class Farewell(Body):
    """The password, because a token left behind on some computer must not be enough."""

    password: Password


class AccountView(View):
    """An account, as its owner sees it."""

    id: int
    username: str
    email: str
    email_verified: bool
    roles: list[str]
    status: Status
    created_at: datetime
