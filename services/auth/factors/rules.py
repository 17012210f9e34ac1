"""Second factors: their codes, and what an account without one may do; standard library only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from services.auth.policy.rules import SecondFactorMode
from shared.errors import NotAllowed, NotAuthenticated
from shared.identity import Scope

LOGIN_LIFETIME = timedelta(minutes=5)
"""How long a login waits for its second factor."""

CONFIRMATION_LIFETIME = timedelta(minutes=10)
"""How long a session counts as confirmed by a second factor."""

STEP_SECONDS = 30
"""The default of RFC 6238, and the only value that all authenticator apps support."""

SKEW_STEPS = 1
"""Steps by which the clock of a phone may be off; RFC 6238, section 5.2, recommends one at most."""

RECOVERY_CODES = 10
PASSKEYS_MAX = 20
"""Passkeys of one account."""

CODE_MAX = 50
"""Characters of a code as typed."""

_TOTP = re.compile(r"[0-9]{6}")


class Method(StrEnum):
    """A kind of second factor."""

    TOTP = "totp"
    PASSKEY = "passkey"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class Factors:
    """The second factors of an account: an app, passkeys, and recovery codes for when they are lost."""

    totp: bool
    passkeys: int
    recovery_codes: int

    @property
    def methods(self) -> Sequence[Method]:
        """What can be used; recovery codes stand in for a factor, so they are none by themselves."""
        own = [Method.TOTP] * self.totp + [Method.PASSKEY] * (self.passkeys > 0)
        return [*own, Method.RECOVERY] if own and self.recovery_codes else own


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey in its owner's list."""

    id: int
    name: str
    credential_id: bytes
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody proves themselves with: a code, or the assertion of a passkey."""

    code: str | None = field(default=None, repr=False)
    assertion: Mapping[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether an account has a second factor, and which accounts the policy requires to have one."""

    has_factor: bool
    mode: SecondFactorMode

    def requires_factor(self, roles: Sequence[str]) -> bool:
        """Return whether an account with these roles lacks a required factor."""
        if self.has_factor or self.mode is SecondFactorMode.OPTIONAL:
            return False
        return self.mode is SecondFactorMode.EVERYBODY or bool(roles)

    def roles_of(self, roles: tuple[str, ...]) -> tuple[str, ...]:
        """Return the roles that its tokens have: none without a required factor."""
        return () if self.requires_factor(roles) else roles

    def scopes_of(self, roles: Sequence[str]) -> frozenset[str] | None:
        """Return what its tokens are limited to where everybody needs a factor: to setting one up."""
        is_limited = self.mode is SecondFactorMode.EVERYBODY and self.requires_factor(roles)
        return frozenset({Scope.READ, Scope.ACCOUNT}) if is_limited else None


def is_totp(code: str) -> bool:
    """Return whether a code is one of an app; others are recovery codes."""
    return _TOTP.fullmatch(code.strip()) is not None


def steps_at(moment: float) -> range:
    """Return the steps whose codes are accepted at a moment (UNIX time)."""
    step = int(moment) // STEP_SECONDS
    return range(step - SKEW_STEPS, step + SKEW_STEPS + 1)


def bad_code() -> NotAuthenticated:
    """Return the refusal of a login whose second factor is wrong, was used before, or comes too late."""
    return NotAuthenticated("bad_code", "The code is wrong, was used before, or the login has expired.")


def bad_passkey() -> NotAuthenticated:
    """Return the refusal of a login by a passkey that proves nothing, or not who used it."""
    return NotAuthenticated("bad_passkey", "This passkey is not known here, or could not be verified.")


def wrong_code() -> NotAllowed:
    """Return the refusal of an authenticated caller whose code is wrong, or was used before."""
    return NotAllowed("bad_code", "The code is wrong, or was used before.")


def confirmation_required() -> NotAllowed:
    """Return the refusal of a change that takes a second factor in the last CONFIRMATION_LIFETIME."""
    return NotAllowed("confirmation_required", "Confirm with your second factor first.")
