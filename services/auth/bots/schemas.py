"""Requests and responses about bots' tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints

from services.auth.bots.rules import GRANT_TYPE, NAME_MAX, BotScope
from shared.http.models import ONE_LINE, Body, Moment, View
from shared.revocations import ACCESS_SECONDS


class BotTokenDraft(Body):
    """A token for a program; without `expires_at` it is valid until it is revoked."""

    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_MAX), ONE_LINE
    ]
    scopes: list[BotScope] = Field(min_length=1, max_length=len(BotScope))
    expires_at: Moment | None = None


class BotTokenView(View):
    """A token in its owner's list."""

    id: int
    name: str
    scopes: list[BotScope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class NewBotTokenView(View):
    """A new token, which is shown only here: the database has its hash."""

    id: int
    token: str = Field(repr=False)
    name: str
    scopes: list[BotScope]
    expires_at: datetime | None


class TokenExchange(Body):
    """A bot's token, in exchange for an access token."""

    grant_type: Literal["urn:tessera:token"] = Field(description=f"`{GRANT_TYPE}`")
    token: SecretStr = Field(min_length=1, max_length=200)


class BotAccessView(View):
    """A bot's access token; `scope` is what it may be used for, separated by spaces (RFC 6749, 3.3)."""

    access_token: str = Field(repr=False)
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - what RFC 6750 calls the type
    expires_in: int = ACCESS_SECONDS
    scope: str
