"""The one error tree.

TesseraError
├── Refusal                 the request is refused and nothing was changed
│   ├── BadRequest          the request cannot be read, or a token in it was already used
│   ├── NotAuthenticated    the caller has no identity, or an invalid one
│   ├── SecondFactorRequired the password is right, and a second factor is needed; has how to go on
│   ├── NotAllowed          the caller is known but lacks the right
│   ├── Suspended           the caller's account is suspended; has the reason and the end
│   ├── NotFound            the target does not exist, or this caller may not see it
│   ├── Conflict            another writer was first, or the current state forbids the change
│   ├── Gone                the target existed but is no longer kept
│   ├── StaleVersion        the version named in If-Match is not the current one
│   ├── TooLarge            the body of the request is over the limit
│   ├── NotJson             the body is not declared as JSON
│   ├── Invalid             values of the request break a rule; each with its location
│   └── TooManyRequests     a limit was reached; has the time until the next attempt
├── Unavailable             a dependency cannot be used; always named
│   └── Busy                PostgreSQL works, but another transaction holds what is to be changed
├── Unprocessable           a message that no retry will apply, such as a mail that its recipient refuses
├── UnreadableMessage       (shared.messaging.envelope) a message that no retry will make readable
└── ConstraintViolated      a write broke a constraint of the schema; named
    ├── UniqueViolated
    ├── CheckViolated
    └── ReferenceViolated

A feature raises a Refusal with a stable snake_case `code`; `shared.http.problems` holds the one table
from this tree to HTTP statuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

MAX_FAULTS = 20
"""Broken rules that one error names."""

MAX_KEY, MAX_MESSAGE = 100, 300
"""Characters of a key and of a message in a broken rule."""


class TesseraError(Exception):
    """Root of every error that Tessera raises on purpose."""


class Refusal(TesseraError):
    """A request that is refused with a problem; `code` is stable, `detail` is for people."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class BadRequest(Refusal):
    """The request cannot be read, or a single-use token in it is invalid."""


class NotAuthenticated(Refusal):
    """The caller has no identity, or an invalid one."""


class SecondFactorRequired(Refusal):
    """The password is right, and one of the methods has to follow; `challenge` stands for this login."""

    def __init__(self, challenge: str, methods: Sequence[str]) -> None:
        super().__init__("second_factor_required", "A second factor is required.")
        self.challenge = challenge
        self.methods = methods


class NotAllowed(Refusal):
    """The caller is known but lacks the right."""


class Suspended(Refusal):
    """The caller's account is suspended until then, or for good if that is None."""

    def __init__(self, reason: str, until: datetime | None) -> None:
        super().__init__("account_suspended", "This account is suspended.")
        self.reason = reason
        self.until = until


class NotFound(Refusal):
    """The target does not exist, or this caller may not know that it does."""


class Conflict(Refusal):
    """Another writer was first, or the current state forbids the change."""


class Gone(Refusal):
    """The target existed but is no longer kept."""


class StaleVersion(Refusal):
    """The version named by the caller is not the current one."""


class TooLarge(Refusal):
    """The body of the request is over the limit."""


class NotJson(Refusal):
    """The body of the request is not declared as JSON."""


@dataclass(frozen=True)
class Fault:
    """One broken rule: its location, such as `("body", "pixels")`, a message, and for programs its code.

    `limit` is the number that the code is about, such as the least length of `string_too_short`.
    """

    loc: tuple[str | int, ...]
    msg: str
    code: str = "invalid"
    limit: float | None = None

    def shortened(self) -> Fault:
        """Return it with long texts cut: keys of the location and parts of the message are the client's."""
        loc = tuple(_shorten(key, MAX_KEY) if isinstance(key, str) else key for key in self.loc)
        return replace(self, loc=loc, msg=_shorten(self.msg, MAX_MESSAGE))


class Invalid(Refusal):
    """Values that break a rule; `faults` names the first MAX_FAULTS fields."""

    def __init__(self, faults: Sequence[Fault], code: str = "invalid") -> None:
        self.faults = tuple(fault.shortened() for fault in faults[:MAX_FAULTS])
        told = [f"{'.'.join(map(str, fault.loc))}: {fault.msg}" for fault in self.faults]
        if len(faults) > MAX_FAULTS:
            told.append(f"and {len(faults) - MAX_FAULTS} more")
        super().__init__(code, "; ".join(told))

    @classmethod
    def field(
        cls,
        *loc: str | int,
        msg: str,
        rule: str = "invalid",
        limit: float | None = None,
        code: str = "invalid",
    ) -> Invalid:
        """Build the error for a single field: `rule` and `limit` are those of the Fault.

        `code` tells an error that a client can mend by itself.
        """
        return cls([Fault(loc, msg, rule, limit)], code)


class TooManyRequests(Refusal):
    """A limit was reached; the next attempt may succeed after `retry_after` seconds."""

    def __init__(self, code: str, detail: str, *, retry_after: float) -> None:
        super().__init__(code, detail)
        self.retry_after = retry_after


class Unavailable(TesseraError):
    """A dependency (`postgres`, `rabbitmq`, `auth`) cannot be used at the moment."""

    def __init__(self, dependency: str, detail: str) -> None:
        super().__init__(f"{dependency}: {detail}")
        self.dependency = dependency
        self.detail = detail


class Busy(Unavailable):
    """Another transaction has held what is to be changed for longer than the lock timeout."""

    def __init__(self) -> None:
        super().__init__("postgres", "a row was locked for too long")


class Unprocessable(TesseraError):
    """A message that no retry will apply; its consumer sends it to the dead letters at once."""


class ConstraintViolated(TesseraError):
    """A statement broke the named constraint of the schema."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


class UniqueViolated(ConstraintViolated):
    """A unique or exclusion constraint was broken."""


class CheckViolated(ConstraintViolated):
    """A CHECK or NOT NULL constraint was broken."""


class ReferenceViolated(ConstraintViolated):
    """A foreign key was broken."""


def _shorten(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
