"""W3C Trace Context: one `traceparent` follows a request into its events and their effects.

Format and rules: https://www.w3.org/TR/trace-context/#traceparent-header
"""

from __future__ import annotations

import random
import re
from contextvars import ContextVar
from dataclasses import dataclass

_HEADER = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_NO_TRACE = "0" * 32
_NO_SPAN = "0" * 16


@dataclass(frozen=True, slots=True)
class Trace:
    """A place in a trace: `trace_id` 32 and `span_id` 16 lower-case hex digits, `flags` one byte in hex."""

    trace_id: str
    span_id: str
    flags: str = "01"

    @property
    def header(self) -> str:
        """Value of the `traceparent` header."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"

    def child(self) -> Trace:
        """Return a new span of the same trace."""
        return Trace(self.trace_id, make_id(8), self.flags)


def make_id(size: int) -> str:
    """Return a random id of `size` bytes in hex: a name and no secret, for which os.urandom is slow."""
    return f"{random.getrandbits(8 * size):0{2 * size}x}"


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def new_trace() -> Trace:
    """Return the first span of a new trace."""
    return Trace(make_id(16), make_id(8))


def parse(header: str | None) -> Trace | None:
    """Return the trace that a `traceparent` names, or None when it is absent or malformed."""
    match = _HEADER.fullmatch(header) if header else None
    if match is None:
        return None
    version, trace_id, span_id, flags, more = match.groups()
    if version == "ff" or (version == "00" and more) or trace_id == _NO_TRACE or span_id == _NO_SPAN:
        return None
    return Trace(trace_id, span_id, flags)


def continue_trace(header: str | None) -> Trace:
    """Make a child of the named trace (or a new trace) the current one of this task, and return it."""
    parent = parse(header)
    trace = parent.child() if parent is not None else new_trace()
    _current.set(trace)
    return trace


def current_trace() -> Trace:
    """Return the current trace of this task, starting one where there is none."""
    trace = _current.get()
    if trace is None:
        trace = new_trace()
        _current.set(trace)
    return trace
