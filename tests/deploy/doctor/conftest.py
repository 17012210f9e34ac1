"""One stack for all tests of the doctor in this folder, which share a worker (tests/scheduling.py)."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.deploy.checks.doctor.patient import Patient

from deploy.checks.findings import Severity
from deploy.stack.gateway import CONFIGURATION
from tests.deploy.test_process import until
from tests.stack import run_environment


@pytest.fixture(scope="session")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder on a disk of its own, which can be filled; where that cannot be mounted, any folder."""
    folder = tmp_path_factory.mktemp("patient")
    command = ["mount", "-t", "tmpfs", "-o", "size=1600m", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    yield folder
    if mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(scope="session")
def one_stack(small_disk: Path) -> Iterator[Patient]:
    var = small_disk / "var"
    patient = Patient(var, run_environment(var))
    yield patient
    patient.stop()


@pytest.fixture
def patient(one_stack: Patient) -> Patient:
    """The stack of these tests, well again, and with nothing in its logs."""

    def is_well() -> bool:
        return [one for one in one_stack.diagnose() if one.severity == Severity.ERROR] == []

    one_stack.forget()
    until(is_well, 60)
    one_stack.forget()
    return one_stack


@pytest.fixture
def dynamic(tmp_path: Path) -> Path:
    """A copy of gateway/dynamic to break."""
    return Path(shutil.copytree(CONFIGURATION / "dynamic", tmp_path / "dynamic"))
