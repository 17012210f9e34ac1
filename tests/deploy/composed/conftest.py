"""One production stack under Compose for all tests of the doctor in this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.checks.findings import Severity
from tests.compose import need_engine
from tests.deploy.composed.patient import Patient
from tests.deploy.test_process import until


@pytest.fixture(scope="session")
def one_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patient]:
    need_engine()
    # The doctor's probes of 20 runs in a row come from one address.
    rates = {"TESSERA_RATE_AVERAGE": "5000", "TESSERA_RATE_BURST": "10000"}
    patient = Patient("prod", tmp_path_factory.mktemp("patient") / "var", environ=rates)
    try:
        patient.up()
        yield patient
    finally:
        patient.remove()


@pytest.fixture
def patient(one_stack: Patient) -> Patient:
    """The stack of these tests, well again; warnings of what earlier tests did to it may be left."""

    def is_well() -> bool:
        return [one for one in one_stack.diagnose() if one.severity == Severity.ERROR] == []

    until(is_well, 60)
    return one_stack
