"""Clocks that are wrong: a PostgreSQL whose time is not that of this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.stack.parts import postgres as part
from deploy.stack.parts.postgres import Postgres
from deploy.stack.programs import SERVICES
from tests.support.needs import lacks
from tests.support.stack_under_test import StackUnderTest
from tests.support.waiting import until


def find_libfaketime() -> Path:
    """Find what gives a program another time; the test that needs it is skipped without it."""
    found = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    return found or lacks("libfaketime", "install Debian's package of that name")


@contextmanager
def shifted_postgres(
    under_test: StackUnderTest, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Replace the stack's PostgreSQL by the same one on a machine whose clock is that much ahead."""
    environment = {
        **part._environment(),
        "LD_PRELOAD": str(find_libfaketime()),
        "FAKETIME": f"{seconds:+d}s",
        "DONT_FAKE_MONOTONIC": "1",
    }
    with under_test.without("postgres"), monkeypatch.context() as patched:
        patched.setattr(part, "_environment", lambda: environment)
        shifted = Postgres(under_test.native.var, under_test.native.ports["postgres"], SERVICES)
        asyncio.run(shifted.launch())
        try:
            until(lambda: not shifted.find_lack())
            yield
        finally:
            shifted.kill()
