"""The machine that a stack runs on: disk, memory, clock, ports; and the secrets kept on it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.stack.ports import Holder


@dataclass(frozen=True)
class Machine:
    """Free disk and memory in bytes; seconds by which `newest`, made by this stack, is in the future."""

    disk_free: int
    disk_path: str
    memory_available: int
    newest: str
    ahead: float


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
