"""`tessera repair --dry-run` shows what would be done, and does nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tests.support.commands import run
from tests.support.stack_under_test import StackUnderTest
from tests.support.waiting import until


def execute(stack: StackUnderTest, database: str, statement: str) -> Sequence[Any]:
    with stack.database(database) as statements:
        statements.execute(statement)
        return list(statements.fetchall())


def is_quiet(stack: StackUnderTest) -> bool:
    """Whether every event has had its effect."""
    waiting = [
        execute(stack, name, "SELECT count(*) FROM outbox")[0][0] for name in ("auth", "users", "tiles")
    ]
    return not any(waiting)


def test_a_repair_that_only_shows_writes_nothing(under_test: StackUnderTest) -> None:
    until(lambda: is_quiet(under_test))
    done = run("repair", "--dry-run", "data", env=under_test.env)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert [line["kind"] for line in lines] == ["accounts", "profiles", "canvases", "tiles", "deleted tiles"]
    assert done.stdout.endswith("only counted\n")
    assert is_quiet(under_test)


def test_what_would_be_done_about_access_shows_no_password(under_test: StackUnderTest) -> None:
    done = run("repair", "--dry-run", "access", env=under_test.env)
    secrets = [path.read_text() for path in (under_test.var / "secrets").iterdir()]
    assert "ALTER ROLE" in done.stdout
    assert [secret for secret in secrets if secret in done.stdout] == []
