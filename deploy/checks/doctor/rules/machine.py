"""Ports, disk, memory, clock and secrets: what everything else stands on."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.checks.doctor.facts import Listeners, Machine, Run, Secrets
from deploy.checks.findings import Cause, Facts

MIB = 1024 * 1024
DISK_FULL = 256 * MIB
DISK_LOW = 1024 * MIB
MEMORY_LOW = 256 * MIB
CLOCK_SECONDS = 5.0
"""An access token is refused before the second that it was made in; NTP keeps clocks within one."""


def port_taken(facts: Facts) -> Iterator[Cause]:
    """Whoever should listen there cannot start, or somebody else answers."""
    for port in facts[Listeners].ports:
        if port.holder and not port.ours:
            yield Cause(
                f"port {port.number} ({port.name}) is held by {port.holder}",
                f"{port.holder.stop}, or use another port: {port.env}=... {facts[Run].start}",
            )


def not_running(facts: Facts) -> Iterator[Cause]:
    """Connection refused."""
    run = facts[Run]
    if not run.running:
        yield Cause(f"{run.stack} is not running", run.start)


def disk_full(facts: Facts) -> Iterator[Cause]:
    """PostgreSQL and RabbitMQ stop taking writes."""
    machine = facts[Machine]
    if machine.disk_free < DISK_FULL:
        yield _disk(machine, "nearly full")


def disk_low(facts: Facts) -> Iterator[Cause]:
    """PostgreSQL and RabbitMQ will stop taking writes."""
    machine = facts[Machine]
    if DISK_FULL <= machine.disk_free < DISK_LOW:
        yield _disk(machine, "getting full")


def memory_low(facts: Facts) -> Iterator[Cause]:
    """The kernel is about to kill a process."""
    free = facts[Machine].memory_available
    if free < MEMORY_LOW:
        yield Cause(f"only {free // MIB} MiB of memory are available", "ps aux --sort=-rss | head")


def clock_wrong(facts: Facts) -> Iterator[Cause]:
    """Tokens made before it was turned back are from the future, and refused."""
    machine = facts[Machine]
    if machine.ahead > CLOCK_SECONDS:
        yield Cause(
            f"the clock is wrong: {machine.newest} were made {machine.ahead:.0f} s in the "
            "future, so tokens made before it was turned back are refused",
            "timedatectl set-ntp true",
        )


def secret_missing(facts: Facts) -> Iterator[Cause]:
    """A process that reads it cannot start."""
    for unusable in facts[Secrets].unusable:
        yield Cause(
            f"a secret cannot be used: {unusable}",
            f"restore it from a backup of {facts[Run].state}/secrets, then restart: {facts[Run].start}",
        )


def _disk(machine: Machine, how: str) -> Cause:
    return Cause(
        f"the disk of {machine.disk_path} is {how}: {machine.disk_free // MIB} MiB are free",
        f"du -xh --max-depth=2 {machine.disk_path} | sort -h | tail",
    )
