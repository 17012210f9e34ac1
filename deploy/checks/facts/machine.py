"""The machine that a stack runs on: disk, memory, clock, ports; and the secrets kept on it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.stack.load import Load, read_load
from deploy.stack.ports import Holder

SAMPLE_SECONDS = 0.5
LOOK_SECONDS = 1.0
"""For each of two looks at all processes; on a starved machine some of them must do."""

SHOWN = 3  # programs


@dataclass(frozen=True)
class Machine:
    """Free disk and memory in bytes; seconds by which `newest`, made by this stack, is in the future."""

    disk_free: int
    disk_path: str
    memory_available: int
    newest: str
    ahead: float


@dataclass(frozen=True)
class Workload:
    """How many processes want a core of this machine, and which programs use most of its time."""

    load: Load
    busiest: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listener:
    """One port of the map; `ours` is true when its holder belongs to this run."""

    name: str
    number: int
    env: str
    holder: Holder | None
    ours: bool


@dataclass(frozen=True)
class Listeners:
    """Every port of this run."""

    ports: tuple[Listener, ...]


@dataclass(frozen=True)
class Secrets:
    """Secrets that the services read and that are missing, empty or unreadable; each with the reason."""

    unusable: tuple[str, ...]


def read_machine(root: Path) -> Machine:
    """Measure this machine, and how far into the future the files of the state folder `root` reach."""
    newest = max((path.stat().st_mtime for path in (root / "log").glob("*")), default=0.0)
    return Machine(
        disk_free=psutil.disk_usage(str(root)).free,
        disk_path=str(root),
        memory_available=psutil.virtual_memory().available,
        newest=f"files in {root}",
        ahead=newest - time.time(),
    )


def read_workload() -> Workload:
    """Read the load, and measure for a moment which programs use the cores if there are too few."""
    load = read_load()
    return Workload(load, _find_busiest() if load.is_overload else ())


def _find_busiest() -> tuple[str, ...]:
    """Name the programs that used the most time of the cores, with the number of their processes."""
    before = _read_times()
    time.sleep(SAMPLE_SECONDS)
    used: Counter[str] = Counter()
    number: Counter[str] = Counter()
    for pid, (name, seconds) in _read_times().items():
        spent = seconds - before.get(pid, (name, seconds))[1]
        if spent > 0:
            used[name] += round(spent * 1000)
            number[name] += 1
    return tuple(f"{name} ({number[name]})" for name, _ in used.most_common(SHOWN))


def _read_times() -> dict[int, tuple[str, float]]:
    """Return the name of each process, by its id, and how many seconds it has used a core."""
    times = {}
    deadline = time.monotonic() + LOOK_SECONDS
    for pid in _list_newest_first():
        if time.monotonic() > deadline:
            break
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            spent = process.cpu_times()
            times[pid] = process.name(), spent.user + spent.system
    return times


def _list_newest_first() -> list[int]:
    """Return the ids of all processes: what starves a machine was seldom started with it.

    Linux counts ids up to a limit and then begins again.
    """
    newest = int(Path("/proc/loadavg").read_text().split()[-1])
    limit = int(Path("/proc/sys/kernel/pid_max").read_text())
    return sorted(psutil.pids(), key=lambda pid: (newest - pid) % limit)


def read_secrets(paths: Iterable[Path]) -> Secrets:
    """Try to read each of the files."""
    unusable = []
    for path in paths:
        try:
            if not path.read_text().strip():
                unusable.append(f"{path} is empty")
        except OSError as error:
            unusable.append(f"{path}: {error.strerror}")
    return Secrets(tuple(unusable))
