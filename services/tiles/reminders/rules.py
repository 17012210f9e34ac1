"""When artists are reminded of what ends; standard library only."""

from __future__ import annotations

from datetime import timedelta

_EARLIEST = timedelta(hours=1)


def lead_of(lifetime: timedelta) -> timedelta:
    """Return how long before its end the holder of a lock or an area is reminded.

    An hour, but at most a sixth of its lifetime: of a lock, which lasts half an hour, five minutes. The
    editor renews a lock at half of it, so only an unused one gets this far.
    """
    return min(_EARLIEST, lifetime / 6)
