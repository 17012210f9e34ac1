"""Which tests share a worker of xdist: those of one file, those with one patient, and all whole stacks.

A whole stack is started once for all tests that need it, and two builds of the same images at once would
replace each other's. (`--dist loadgroup` is no help: xdist 3.8 does not group under pytest 9.2.)
"""

from __future__ import annotations

from typing import Any

from xdist.scheduler import LoadScopeScheduling

WHOLE_STACKS = ("tests/e2e/", "tests/deploy/test_compose.py", "tests/deploy/composed/")
PATIENT = "tests/deploy/doctor/"


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist is not typed
    """Gives each worker file after file; one of them all the whole stacks, one all that share a patient."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file.startswith(WHOLE_STACKS):
            return "whole stacks"
        return PATIENT if file.startswith(PATIENT) else file


def pytest_xdist_make_scheduler(config: Any, log: Any) -> ByFile:
    """Hook of pytest-xdist; it comes before `--dist`."""
    return ByFile(config, log)
