"""Results of the benchmarks, and the machine that they were measured on."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil
import psycopg2

from deploy.stack.state_dir import StateDir
from tests.support.stack import Stack

PACKAGES = ("aiohttp", "aiopg", "psycopg2-binary", "uvloop", "orjson", "pydantic")


@dataclass(frozen=True)
class Result:
    """One figure; `limit` is the same figure for the bare components, measured in the same run."""

    what: str
    figure: float
    unit: str
    target: str = ""
    limit: float | None = None
    limit_is: str = ""

    @property
    def ratio(self) -> str:
        """The figure divided by the limit."""
        return "" if not self.limit else f"{self.figure / self.limit:.2f}"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` (0 to 1) of the values do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def format_table(results: Sequence[Result]) -> str:
    """Format the results as a Markdown table."""
    rows = [("figure", "measured", "target", "limit in the same run", "ratio")]
    for result in results:
        limit = "" if result.limit is None else f"{result.limit:,.1f} {result.unit} ({result.limit_is})"
        rows.append((result.what, f"{result.figure:,.1f} {result.unit}", result.target, limit, result.ratio))
    rows.insert(1, ("---",) * 5)
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def describe_machine(stack: Stack) -> str:
    """Describe the machine, its load, and the versions of the software."""
    names = [line.split(":")[1].strip() for line in _read("/proc/cpuinfo") if line.startswith("model name")]
    memory = int(_read("/proc/meminfo")[0].split()[1]) / 2**20
    packages = ", ".join(f"{package} {_version(package)}" for package in PACKAGES)
    load = " ".join(f"{load:.1f}" for load in os.getloadavg())
    return "\n".join(
        (
            f"{time.strftime('%Y-%m-%d %H:%M')}: {len(names)} x {names[0]}, {memory:.0f} GiB, load {load}",
            f"Linux {platform.release()}, {_postgres(stack)}, Python {platform.python_version()}, {packages}",
            "Gateway, two tiles processes, PostgreSQL, RabbitMQ and the load generator share this machine.",
            "",
        )
    )


def cpu_seconds(stack: Stack) -> float:
    """Return the CPU time that all processes of the stack have used; unrelated load does not affect it."""
    leader = psutil.Process(stack.process.pid)
    used = 0.0
    for process in [leader, *leader.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            used += times.user + times.system
    return used


def tiles_database_url(stack: Stack) -> str:
    """Return the URL of the stack's tiles database."""
    return (StateDir(stack.var).root / "secrets" / "tiles_database_url").read_text()


def _version(package: str) -> str:
    try:
        return version(package)
    except ModuleNotFoundError:
        return "-"


def _postgres(stack: Stack) -> str:
    connection = psycopg2.connect(tiles_database_url(stack))
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version'), current_setting('fsync')")
            (server, fsync) = cursor.fetchone() or ("?", "?")
    finally:
        connection.close()
    return f"PostgreSQL {server} (fsync {fsync})"


def _read(path: str) -> list[str]:
    return Path(path).read_text().splitlines()
