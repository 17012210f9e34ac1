"""Which tests share a worker of xdist: those of one file, of one dear fixture, and all whole stacks.

A whole stack is started once for all tests that need it, and two builds of the same images at once would
replace each other's. The browser's tests have a stack and a worker of their own: they run beside Compose's.
(`--dist loadgroup` is no help: xdist 3.8 does not group under pytest 9.2.)
"""

from __future__ import annotations

from typing import Any

from xdist.scheduler import LoadScopeScheduling

SHARED = {
    "tests/e2e/": "whole stacks",
    "tests/deploy/test_compose.py": "whole stacks",
    "tests/deploy/test_development.py": "whole stacks",
    "tests/deploy/test_observability.py": "whole stacks",
    "tests/deploy/test_backup.py": "whole stacks",
    "tests/deploy/test_rollout.py": "whole stacks",
    "tests/deploy/composed/": "whole stacks",
    "tests/deploy/doctor/": "patient",
    "tests/frontend/": "browser",
}


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist is not typed
    """Gives each worker file after file, and to one of them all that share what is dear."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((scope for start, scope in SHARED.items() if file.startswith(start)), file)


def pytest_xdist_make_scheduler(config: Any, log: Any) -> ByFile:
    """Hook of pytest-xdist; it comes before `--dist`."""
    return ByFile(config, log)
