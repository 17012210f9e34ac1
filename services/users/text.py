"""Texts that people write, as request models take them: without what steers rather than shows."""

from __future__ import annotations

from pydantic import AfterValidator

from services.users.profiles.rules import has_controls


def _one_line(value: str) -> str:
    if has_controls(value):
        raise ValueError("must not contain control characters")
    return value


def _lines(value: str) -> str:
    if has_controls(value, allowed="\n\r\t"):
        raise ValueError("must not contain control characters other than line breaks and tabs")
    return value


ONE_LINE = AfterValidator(_one_line)
LINES = AfterValidator(_lines)
