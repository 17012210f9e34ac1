"""Requests and responses about second factors."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, SecretStr, StringConstraints

from services.auth.factors.rules import CODE_MAX
from services.auth.limits import PASSWORD_MAX
from shared.http.models import ONE_LINE, Body, View

PASSKEY_NAME_MAX = 100


class FactorsView(View):
    """The caller's second factors; `is_required` if the site's settings demand one of this account."""

    totp: bool
    passkeys: int
    recovery_codes: int
    is_required: bool


class TotpView(View):
    """A new secret for an authenticator app, as text, as a URI, and as that in a QR code (SVG)."""

    secret: str = Field(repr=False)
    uri: str = Field(repr=False)
    qr_code: str = Field(repr=False)


class RecoveryCodesView(View):
    """Recovery codes, each for one login without the app; they are shown only here."""

    recovery_codes: list[str] = Field(repr=False)


class Code(Body):
    """A code of the authenticator app, or a recovery code."""

    code: SecretStr = Field(min_length=1, max_length=CODE_MAX)


class PasskeyDraft(Body):
    """A new passkey: what a browser makes of `navigator.credentials.create`, as `toJSON()` writes it."""

    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=PASSKEY_NAME_MAX), ONE_LINE
    ]
    credential: dict[str, Any] = Field(repr=False)


class PasskeyView(View):
    """A passkey in its owner's list."""

    id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


class NewPasskeyView(PasskeyView):
    """A new passkey; `recovery_codes`, if it is the first factor, are shown only here."""

    recovery_codes: list[str] | None = Field(repr=False)


class PasskeyListView(View):
    """All passkeys of an account, oldest first."""

    items: list[PasskeyView]


class PasswordCheck(Body):
    """The password; an access token left on a shared computer must not be enough."""

    password: SecretStr = Field(min_length=1, max_length=PASSWORD_MAX)
