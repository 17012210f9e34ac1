"""The tables of checks: each code once, every declared rule used, every reason a check that exists."""

from __future__ import annotations

from fnmatch import fnmatchcase
from importlib import import_module
from pkgutil import iter_modules

import pytest

from deploy.checks import doctor, preflight, rules
from deploy.checks.findings import Check
from deploy.stack.state_dir import REPOSITORY

TABLES = {"preflight": preflight.CHECKS, "docker": preflight.DOCKER_CHECKS, "doctor": doctor.CHECKS}


@pytest.mark.parametrize("checks", TABLES.values(), ids=TABLES)
def test_no_two_checks_of_a_table_share_a_code(checks: tuple[Check, ...]) -> None:
    codes = [check.code for check in checks]
    assert sorted(set(codes)) == sorted(codes)


def test_every_declared_check_is_in_a_table() -> None:
    modules = [import_module(f"{rules.__name__}.{found.name}") for found in iter_modules(rules.__path__)]
    declared = [one for module in modules for one in vars(module).values() if isinstance(one, Check)]
    used = {id(one) for table in TABLES.values() for one in table}
    assert [one.code for one in declared if id(one) not in used] == []


@pytest.mark.parametrize("checks", TABLES.values(), ids=TABLES)
def test_every_check_describes_what_happens_otherwise(checks: tuple[Check, ...]) -> None:
    assert [one.code for one in checks if not one.otherwise.endswith(".")] == []


def test_every_reason_is_a_check_of_the_doctor() -> None:
    codes = [one.code for one in doctor.CHECKS]
    patterns = {pattern for one in doctor.CHECKS for pattern in one.follows}
    unused = [one for one in patterns if not any(fnmatchcase(code, one) for code in codes)]
    assert unused == []


def test_every_code_in_the_guide_is_a_check() -> None:
    guide = (REPOSITORY / "docs" / "debugging-5xx.md").read_text()
    named = {
        word.strip("`")
        for line in guide.splitlines()
        if line.startswith("|")
        for word in line.split("|")[-2].split()
    }
    codes = {check.code for check in doctor.CHECKS}
    assert {name for name in named if "-" in name and not name.endswith("…")} - {"---"} <= codes
