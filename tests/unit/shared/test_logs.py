"""Log lines and what is bound to the context in which they are written."""

from __future__ import annotations

import contextvars
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
import structlog

from shared import logs

Logged = Callable[[Callable[[], None]], list[dict[str, Any]]]


@pytest.fixture
def logged(capfd: pytest.CaptureFixture[str]) -> Logged:
    """`logged(work)` returns the lines that the work logs in a context of its own."""

    def run(work: Callable[[], None]) -> list[dict[str, Any]]:
        root = logging.getLogger()
        handlers, level = list(root.handlers), root.level
        logs.configure_logs("tiles", "tiles-1", "info")
        try:
            contextvars.copy_context().run(work)
        finally:
            root.handlers, root.level = handlers, level
            structlog.reset_defaults()
        return [json.loads(line) for line in capfd.readouterr().err.splitlines()]

    return run


def test_lines_of_a_library_hold_what_is_bound_as_our_own_do(logged: Logged) -> None:
    def handle() -> None:
        logs.bind(request_id="r1")
        structlog.get_logger().warning("ours")
        logging.getLogger("a.library").warning("theirs")

    assert [(line["event"], line["request_id"]) for line in logged(handle)] == [
        ("ours", "r1"),
        ("theirs", "r1"),
    ]


def test_the_next_request_of_a_connection_keeps_nothing_of_the_one_before(logged: Logged) -> None:
    def handle() -> None:
        logs.bind(request_id="r1", trace_id="t1")
        logs.bind(request_id="r2")
        structlog.get_logger().warning("second")

    (line,) = logged(handle)
    assert (line["request_id"], line.get("trace_id")) == ("r2", None)


def test_what_is_bound_stays_in_its_context(logged: Logged) -> None:
    def handle() -> None:
        contextvars.copy_context().run(logs.bind, request_id="r1")
        structlog.get_logger().warning("elsewhere")

    (line,) = logged(handle)
    assert "request_id" not in line
