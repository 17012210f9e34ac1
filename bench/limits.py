"""How many viewers this machine's limit of open files allows."""

from __future__ import annotations

import resource
import sys

OTHER_FILES = 500
"""Open files of the gateway besides its viewers': log, configuration, idle connections."""


def raise_open_files() -> None:
    """Allow this process, and the stack it starts, as many open files as the system lets it have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def limit_viewers(wanted: int) -> int:
    """Return `wanted`, or fewer viewers with a warning: the gateway opens two sockets for each."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    possible = (allowed - OTHER_FILES) // 2
    if wanted <= possible:
        return wanted
    print(
        f"{possible:,} viewers instead of {wanted:,}: the gateway needs two open files for each, "
        f"and a process may have {allowed:,} here",
        file=sys.stderr,
    )
    return possible
