"""The tests keep their own rules: none imports another, and a name can be read at a glance."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
LONGEST = 80


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Give the path and the content of every module of the tests and of `bench`."""
    for folder in (TESTS, TESTS.with_name("bench")):
        for file in sorted(folder.rglob("*.py")):
            yield str(file.relative_to(TESTS.parent)), ast.parse(file.read_text())


def imported(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_test_modules_import_only_support() -> None:
    assert [
        f"{file} imports {name}"
        for file, module in modules()
        for name in imported(module)
        if name.startswith("tests.") and not name.startswith("tests.support")
    ] == []


def test_no_name_of_a_test_is_longer_than_80_characters() -> None:
    assert [
        f"{file}: {node.name}"
        for file, module in modules()
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and len(node.name) > LONGEST
    ] == []
