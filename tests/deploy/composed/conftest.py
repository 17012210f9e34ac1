"""One production stack under Compose for all tests of the doctor in this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.checks.findings import Severity
from tests.support.compose import need_engine
from tests.support.compose_under_test import ComposeStackUnderTest
from tests.support.waiting import PATIENCE, until


@pytest.fixture(scope="package")
def one_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposeStackUnderTest]:
    need_engine()
    # The doctor's probes of 20 runs in a row come from one address.
    rates = {"TESSERA_RATE_AVERAGE": "5000", "TESSERA_RATE_BURST": "10000"}
    under_test = ComposeStackUnderTest("prod", tmp_path_factory.mktemp("compose") / "var", environ=rates)
    try:
        under_test.up()
        yield under_test
    finally:
        under_test.remove()


@pytest.fixture
def under_test(one_stack: ComposeStackUnderTest) -> ComposeStackUnderTest:
    """The stack of these tests, healthy again but for warnings about what earlier tests did to it."""

    def is_healthy() -> bool:
        return [one for one in one_stack.diagnose() if one.severity == Severity.ERROR] == []

    until(is_healthy, 3 * PATIENCE)
    return one_stack
