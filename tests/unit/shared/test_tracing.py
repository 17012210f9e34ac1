"""W3C Trace Context: https://www.w3.org/TR/trace-context/#traceparent-header."""

from __future__ import annotations

import contextvars

import pytest

from shared import tracing

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
SPAN_ID = "b7ad6b7169203331"


def test_a_header_is_read_as_it_was_written() -> None:
    header = f"00-{TRACE_ID}-{SPAN_ID}-01"
    trace = tracing.parse(header)

    assert trace == tracing.Trace(TRACE_ID, SPAN_ID, "01")
    assert trace.header == header


def test_a_future_version_with_more_fields_is_read() -> None:
    assert tracing.parse(f"cc-{TRACE_ID}-{SPAN_ID}-00-what-ever") == tracing.Trace(TRACE_ID, SPAN_ID, "00")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "garbage",
        f"ff-{TRACE_ID}-{SPAN_ID}-01",
        f"00-{TRACE_ID}-{SPAN_ID}-01-more",
        f"00-{TRACE_ID.upper()}-{SPAN_ID}-01",
        f"00-{'0' * 32}-{SPAN_ID}-01",
        f"00-{TRACE_ID}-{'0' * 16}-01",
        f"00-{TRACE_ID}-{SPAN_ID}-01\n",
    ],
)
def test_a_malformed_header_starts_a_new_trace(header: str | None) -> None:
    trace = contextvars.copy_context().run(tracing.continue_trace, header)

    assert trace.trace_id != TRACE_ID
    assert tracing.parse(trace.header) == trace


def test_a_continued_trace_keeps_its_id_in_a_span_of_its_own() -> None:
    def continued() -> tuple[tracing.Trace, tracing.Trace]:
        return tracing.continue_trace(f"00-{TRACE_ID}-{SPAN_ID}-00"), tracing.current_trace()

    trace, current = contextvars.copy_context().run(continued)

    assert trace is current
    assert (trace.trace_id, trace.flags) == (TRACE_ID, "00")
    assert trace.span_id != SPAN_ID


def test_work_outside_of_any_trace_starts_one_and_keeps_it() -> None:
    first, second = contextvars.Context().run(lambda: (tracing.current_trace(), tracing.current_trace()))

    assert first is second
