"""The one error tree.

TesseraError
├── Refusal                 the caller asked for something that cannot be had; nothing was changed
│   ├── BadRequest          the request cannot be read, or a token in it is spent
│   ├── NotAuthenticated    no identity, or one that does not hold
│   ├── NotAllowed          the identity may not do this
│   ├── NotFound            no such thing, or none this caller may see
│   ├── Conflict            another writer was first, or the state forbids it
│   ├── Gone                it was there and is not kept any more
│   ├── StaleVersion        the version named in If-Match is not the current one
│   ├── TooLarge            the request's body is over the limit
│   ├── NotJson             the body is not declared as JSON
│   ├── Invalid             the request's values break a rule; each with its location
│   └── TooManyRequests     a limit was reached; says when to try again
├── Unavailable             a dependency is away; named, never guessed
│   └── Busy                PostgreSQL is there, but somebody else holds what is to be changed
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
from dataclasses import dataclass


class TesseraError(Exception):
    """Root of every error that Tessera raises on purpose."""


class Refusal(TesseraError):
    """A request that is answered with a problem; `code` is stable, `detail` is for people."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class BadRequest(Refusal):
    """The request cannot be read, or a single-use token in it does not hold."""


class NotAuthenticated(Refusal):
    """There is no identity, or the one given does not hold."""


class NotAllowed(Refusal):
    """The identity is known and may not do this."""


class NotFound(Refusal):
    """There is no such thing, or none that this caller may know of."""


class Conflict(Refusal):
    """Another writer was first, or the present state forbids the change."""


class Gone(Refusal):
    """It existed and is not kept any more."""


class StaleVersion(Refusal):
    """The version named by the caller is not the current one."""


class TooLarge(Refusal):
    """The body of the request is over the limit."""


class NotJson(Refusal):
    """The body of the request is not declared as JSON."""


@dataclass(frozen=True)
class Fault:
    """One broken rule: where (`("body", "pixels")`) and what."""

    loc: tuple[str | int, ...]
    msg: str


class Invalid(Refusal):
    """Values that break a rule; `faults` names each field."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("invalid", "; ".join(f"{'.'.join(map(str, f.loc))}: {f.msg}" for f in faults))
        self.faults = tuple(faults)

    @classmethod
    def field(cls, *loc: str | int, msg: str) -> Invalid:
        """Build the error for a single field."""
        return cls([Fault(loc, msg)])


class TooManyRequests(Refusal):
    """A limit was reached; `retry_after` is in seconds."""

    def __init__(self, code: str, detail: str, *, retry_after: float) -> None:
        super().__init__(code, detail)
        self.retry_after = retry_after


class Unavailable(TesseraError):
    """A dependency (`postgres`, `rabbitmq`, `auth`) cannot be used now."""

    def __init__(self, dependency: str, detail: str) -> None:
        super().__init__(f"{dependency}: {detail}")
        self.dependency = dependency
        self.detail = detail


class Busy(Unavailable):
    """Somebody else holds what is to be changed for longer than is worth waiting."""

    def __init__(self) -> None:
        super().__init__("postgres", "a row was locked for too long")


class ConstraintViolated(TesseraError):
    """A statement broke the named constraint of the schema."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


class UniqueViolated(ConstraintViolated):
    """A unique or exclusion constraint."""


class CheckViolated(ConstraintViolated):
    """A CHECK or NOT NULL constraint."""


class ReferenceViolated(ConstraintViolated):
    """A foreign key."""
