"""Every fault is the doctor's first line, and the commands that it prints end the fault."""

from __future__ import annotations

import pytest

from tests.support.faults import FAULTS, Fault
from tests.support.stack_under_test import StackUnderTest
from tests.support.waiting import PATIENCE, until


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_first_line_names_the_fault_and_its_fix_ends_it(under_test: StackUnderTest, fault: Fault) -> None:
    with fault.inject(under_test):
        cause = under_test.first_line(fault.code)
        assert fault.says in cause
        under_test.apply_fix(fault.code)
        until(lambda: under_test.errors() == [], 2 * PATIENCE)
