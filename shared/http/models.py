"""Base classes of requests and responses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from shared.text import MOST_MARKS, has_controls, has_stacked_marks, is_visible

BIGINT_MAX = 2**63 - 1
"""Largest bigint of PostgreSQL, and so the largest id."""


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("is beyond the calendar") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A point in time in a request, converted to UTC: PostgreSQL rejects offsets of 16 hours and more."""


def _require_legible(value: str) -> str:
    if not is_visible(value):
        raise PydanticCustomError("blank", "must have a character that can be seen")
    if has_stacked_marks(value):
        raise PydanticCustomError(
            "stacked_marks", f"must not have more than {MOST_MARKS} marks on a character"
        )
    return value


def _require_one_line(value: str) -> str:
    if has_controls(value):
        raise PydanticCustomError("one_line", "must not contain control characters")
    return _require_legible(value) if value else value


def _require_plain_lines(value: str) -> str:
    if has_controls(value, allowed="\n\r\t"):
        raise PydanticCustomError(
            "lines", "must not contain control characters other than line breaks and tabs"
        )
    return _require_legible(value) if value else value


ONE_LINE = AfterValidator(_require_one_line)
"""For a name or a title, which may be empty, but not blank: `Annotated[str, ..., ONE_LINE]`."""

LINES = AfterValidator(_require_plain_lines)
"""For longer text, with line breaks, which may be empty, but not blank."""


LEGIBLE = AfterValidator(_require_legible)
"""For text that everybody reads beside that of others: not blank, and not beyond its line."""


class _Input(BaseModel):
    @field_validator("*", mode="after")
    @classmethod
    def _no_nul(cls, value: Any) -> Any:
        # PostgreSQL's text cannot hold NUL; refused here, the error names the field.
        if isinstance(value, str) and "\x00" in value:
            raise ValueError("must not contain NUL")
        return value


class Body(_Input):
    """A JSON body; unknown fields and values of the wrong type are refused, and nothing is coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Query(_Input):
    """Parameters of a query string; unknown ones are ignored, because caches and trackers add some."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class View(BaseModel):
    """A response."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Paging(Query):
    """`?limit=` and `?cursor=` of every list."""

    limit: int = Field(100, ge=1, le=500)
    cursor: str | None = Field(None, max_length=200)


ItemT = TypeVar("ItemT")


class Page(View, Generic[ItemT]):
    """A page of a list in stable order; `next_cursor` is null on the last page."""

    items: list[ItemT]
    next_cursor: str | None = None


class Problem(View):
    """RFC 9457 problem details; `code` is stable, `detail` is for people."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    request_id: str | None = None


class SuspendedProblem(Problem):
    """The problem of a suspended account: its artist learns why, and until when; null if for good."""

    reason: str
    until: datetime | None


class SecondFactorProblem(Problem):
    """The problem of a login that goes on with a second factor; `challenge` stands for it meanwhile."""

    challenge: str = Field(repr=False)
    methods: list[str]


class FaultView(View):
    """One broken rule of a request: its location, a message in English, and a code that is stable.

    `limit` is the number that the code is about, such as the least length of `string_too_short`.
    """

    loc: list[str | int]
    msg: str
    code: str
    limit: float | None


class InvalidProblem(Problem):
    """The problem of a 422: `errors` names each field."""

    errors: list[FaultView]
