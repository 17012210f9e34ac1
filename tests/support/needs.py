"""Programs that a test needs and the project does not install itself."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def lacks(what: str, advice: str) -> NoReturn:
    """Skip the test that calls this, or fail it where all tests are required (CI=true)."""
    reason = f"no {what} here: {advice}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
