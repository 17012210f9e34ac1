"""Results of the benchmarks, and the machine that they were measured on."""

from __future__ import annotations

import os
import platform
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from statistics import median

import psycopg2

from bench.processes import StackProcesses
from deploy.stack.state_dir import StateDir
from tests.support.stack import Stack

PACKAGES = ("aiohttp", "aiopg", "psycopg2-binary", "uvloop", "orjson", "pydantic")

SMALLEST_SHARE = 0.01
"""Parts of a stack that take less of the whole are not printed on their own."""


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


def results_by_part(
    what: str, of_parts: Counter[str], unit: str, target: str = "", *, scale: float = 1
) -> list[Result]:
    """Return the sum over the parts of a stack, then each part's share, the largest first."""
    total = of_parts.total()
    parts = [(part, value) for part, value in of_parts.most_common() if value > total * SMALLEST_SHARE]
    return [
        Result(f"{what}, whole stack", total * scale, unit, target),
        *(Result(f"{what}, {part}", value * scale, unit) for part, value in parts),
    ]


def medians(runs: Sequence[Sequence[Result]]) -> list[Result]:
    """Return each figure of the first run as the median of all runs that have it."""
    found: dict[str, list[Result]] = {result.what: [] for result in runs[0]}
    for result in (result for run in runs for result in run if result.what in found):
        found[result.what].append(result)
    return [
        replace(
            same[0],
            figure=median(one.figure for one in same),
            limit=None if same[0].limit is None else median(one.limit or 0 for one in same),
        )
        for same in found.values()
    ]


def format_table(results: Sequence[Result]) -> str:
    """Format the results as a Markdown table."""
    rows = [("figure", "measured", "target", "limit in the same run", "ratio")]
    for result in results:
        limit = "" if result.limit is None else f"{result.limit:,.1f} {result.unit} ({result.limit_is})"
        rows.append((result.what, f"{result.figure:,.1f} {result.unit}", result.target, limit, result.ratio))
    return format_rows(rows)


def format_rows(rows: Sequence[Sequence[str]]) -> str:
    """Format rows, the first of which is the head, as a Markdown table."""
    head, *others = rows
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *others))


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
        )
    )


def processes_of(stack: Stack) -> StackProcesses:
    """Return the processes of the stack, whose CPU time and memory benchmarks read."""
    return StackProcesses(stack.process.pid, [stack.var])


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
