"""One stack for all tests of the doctor in this folder, which share a worker."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.checks.findings import Severity
from deploy.stack.gateway import CONFIGURATION
from tests.support.stack import run_environment
from tests.support.stack_under_test import StackUnderTest
from tests.support.waiting import PATIENCE, until


@pytest.fixture(scope="package")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder on a small disk of its own; any folder where no disk can be mounted."""
    folder = tmp_path_factory.mktemp("stack_under_test")
    command = ["mount", "-t", "tmpfs", "-o", "size=1600m", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    yield folder
    if mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(scope="package")
def one_stack(small_disk: Path) -> Iterator[StackUnderTest]:
    var = small_disk / "var"
    under_test = StackUnderTest(var, run_environment(var))
    yield under_test
    under_test.stop()


@pytest.fixture
def under_test(one_stack: StackUnderTest) -> StackUnderTest:
    """The stack of these tests, healthy again, with empty logs."""

    def is_healthy() -> bool:
        return not any(
            one.severity == Severity.ERROR or one.code == "process-missing" for one in one_stack.diagnose()
        )

    one_stack.forget()
    until(is_healthy, 3 * PATIENCE)
    one_stack.forget()
    return one_stack


@pytest.fixture
def dynamic(tmp_path: Path) -> Path:
    """A copy of gateway/dynamic to break."""
    return Path(shutil.copytree(CONFIGURATION / "dynamic", tmp_path / "dynamic"))
