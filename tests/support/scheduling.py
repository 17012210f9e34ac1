"""Which tests share a worker of pytest-xdist, and which of these groups are started first.

A whole stack is started once for all tests of a group, and two builds of the same images at once would
replace each other's. The longest groups come first, so that no worker is alone with one of them at the end.
There is one browser at a time. (`--dist loadgroup` is no help: xdist 3.8 does not group under pytest 9.2.)
"""

from __future__ import annotations

from typing import Any

from xdist.scheduler import LoadScopeScheduling

GROUPS = {
    "tests/e2e/": "whole stacks",
    "tests/deploy/test_compose.py": "whole stacks",
    "tests/deploy/test_development.py": "whole stacks",
    "tests/deploy/test_observability.py": "whole stacks",
    "tests/deploy/test_backup.py": "whole stacks",
    "tests/deploy/test_rollout.py": "whole stacks",
    "tests/deploy/composed/": "whole stacks",
    "tests/frontend/": "browser",
    "tests/deploy/doctor/": "stack under test",
}
FIRST = ("whole stacks", "browser", "stack under test", "tests/contract/test_document.py")


def group_of(nodeid: str) -> str:
    """Return the group of a test: a name of GROUPS, else its file."""
    file = nodeid.partition("::")[0]
    return next((group for start, group in GROUPS.items() if file.startswith(start)), file)


class ByGroup(LoadScopeScheduling):  # type: ignore[misc]  # xdist is not typed
    """Gives each worker group after group; those of FIRST in their order, then those with the most tests."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)

    def _assign_work_unit(self, node: Any) -> None:
        first = next((group for group in FIRST if group in self.workqueue), None)
        if first is not None:
            self.workqueue.move_to_end(first, last=False)
        super()._assign_work_unit(node)


def pytest_xdist_make_scheduler(config: Any, log: Any) -> ByGroup:
    """Hook of pytest-xdist; it comes before `--dist`."""
    return ByGroup(config, log)
