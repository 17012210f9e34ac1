"""How long something may take on this machine, which others may be using."""

from __future__ import annotations

import os


def here(seconds: float) -> float:
    """What so many seconds on a quiet machine are now, by how many processes wait for a processor."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
