"""The documents that are written from code are what the code would write now."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.checks.doctor import checks as doctor
from deploy.checks.findings import Check
from deploy.checks.preflight import checks as preflight
from deploy.commands.documents import documents
from deploy.stack.state_dir import REPOSITORY


@pytest.mark.parametrize("path", documents(), ids=lambda path: Path(path).name)
def test_a_written_document_is_current(path: Path) -> None:
    assert path.read_text() == documents()[path], "run `make docs`"


@pytest.mark.parametrize(
    "checks",
    [preflight.CHECKS, preflight.COMPOSE_CHECKS, doctor.CHECKS],
    ids=["preflight", "compose", "doctor"],
)
def test_no_two_checks_of_a_table_share_a_code(checks: tuple[Check, ...]) -> None:
    codes = [check.code for check in checks]
    assert sorted(set(codes)) == sorted(codes)


def test_every_code_that_the_guide_names_is_a_check() -> None:
    guide = (REPOSITORY / "docs" / "debugging-5xx.md").read_text()
    named = {
        word.strip("`")
        for line in guide.splitlines()
        if line.startswith("|")
        for word in line.split("|")[-2].split()
    }
    codes = {check.code for check in doctor.CHECKS}
    assert {name for name in named if "-" in name and not name.endswith("…")} - {"---"} <= codes
