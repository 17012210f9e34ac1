"""Ports, disk, memory, clock and secrets: what everything else stands on."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.checks.facts.clock import BrokerClock
from deploy.checks.facts.database import DatabaseStates
from deploy.checks.facts.machine import Listeners, Machine, Secrets, Workload
from deploy.checks.facts.run import Run
from deploy.checks.findings import Cause, Facts, Severity, check, steps

MIB = 1024 * 1024
DISK_FULL = 256 * MIB
DISK_LOW = 1024 * MIB
MEMORY_LOW = 256 * MIB
CLOCK_SECONDS = 5.0
"""Half of what services grant the clock that dates access tokens; NTP keeps clocks within one second."""

SKEW_SECONDS = 1.0  # NTP keeps clocks within that


@check("port-taken", "ports", Severity.ERROR, holds="every port of the map is free or this stack's own")
def port_taken(facts: Facts) -> Iterator[Cause]:
    """The process that should listen there cannot start, or another program answers."""
    for port in facts[Listeners].ports:
        if port.holder and not port.ours:
            yield Cause(
                f"port {port.number} ({port.name}) is held by {port.holder}",
                # The supervisor of a stack that runs tries again by itself.
                steps(
                    port.holder.stop,
                    f"Or choose another port: set {port.env}.",
                    *([] if facts[Run].running else [facts[Run].start]),
                ),
            )


@check("not-running", "ports", Severity.ERROR, holds="the stack is running", follows=("port-taken",))
def not_running(facts: Facts) -> Iterator[Cause]:
    """Connections are refused."""
    run = facts[Run]
    if not run.running:
        yield Cause(f"{run.stack} is not running", run.start)


@check("disk-full", "machine", Severity.ERROR, holds="at least 256 MiB of disk are free")
def disk_full(facts: Facts) -> Iterator[Cause]:
    """PostgreSQL and RabbitMQ stop accepting writes."""
    machine = facts[Machine]
    if machine.disk_free < DISK_FULL:
        yield _disk(machine, "nearly full")


@check("disk-low", "machine", Severity.WARNING, holds="at least 1 GiB of disk is free")
def disk_low(facts: Facts) -> Iterator[Cause]:
    """PostgreSQL and RabbitMQ will soon stop accepting writes."""
    machine = facts[Machine]
    if DISK_FULL <= machine.disk_free < DISK_LOW:
        yield _disk(machine, "filling up")


@check("memory-low", "machine", Severity.WARNING, holds="at least 256 MiB of memory are available")
def memory_low(facts: Facts) -> Iterator[Cause]:
    """The kernel will soon kill a process."""
    available = facts[Machine].memory_available
    if available < MEMORY_LOW:
        yield Cause(f"only {available // MIB} MiB of memory are available", "ps aux --sort=-rss | head")


@check(
    "machine-overloaded",
    "machine",
    Severity.WARNING,
    holds="at most four processes want each core",
)
def machine_overloaded(facts: Facts) -> Iterator[Cause]:
    """Everything is late: healthy processes miss health checks, requests time out."""
    workload = facts[Workload]
    if workload.load.is_overload:
        by = f", mostly by {', '.join(workload.busiest)}" if workload.busiest else ""
        yield Cause(
            f"this machine is overloaded: {workload.load}{by}",
            steps("ps aux --sort=-%cpu | head", "Stop what is not needed, or use a machine with more cores."),
        )


@check("clock-wrong", "machine", Severity.ERROR, holds="the clock was not set back")
def clock_wrong(facts: Facts) -> Iterator[Cause]:
    """Access tokens made before the clock was set back are rejected."""
    machine = facts[Machine]
    if machine.ahead > CLOCK_SECONDS:
        yield Cause(
            f"the clock was set back: {machine.newest} are dated {machine.ahead:.0f} s in the future, "
            "and access tokens from that time are rejected",
            "timedatectl set-ntp true",
        )


@check(
    "clock-skew",
    "machine",
    Severity.WARNING,
    holds="the clocks of PostgreSQL and RabbitMQ are within 1 s of this machine's",
    follows=("clock-wrong", "database-clock"),
)
def clock_skew(facts: Facts) -> Iterator[Cause]:
    """Times in logs and databases do not match; sessions and locks expire early or late by the difference."""
    usable = [one for one in facts[DatabaseStates].all if one.trouble is None]
    clocks = {f"PostgreSQL at {one.address}": one.clock for one in usable}
    if broker := facts[BrokerClock].offset:
        clocks["RabbitMQ"] = broker
    for part, clock in clocks.items():
        if abs(clock.certain) > SKEW_SECONDS:
            yield Cause(
                f"the clock of {part} differs from this machine's by {clock.certain:+.1f} s",
                steps("timedatectl set-ntp true", "Run it on both machines."),
            )


@check(
    "secret-missing",
    "machine",
    Severity.ERROR,
    holds="the services' secrets can be read",
    follows=("not-running",),
)
def secret_missing(facts: Facts) -> Iterator[Cause]:
    """The processes that read it cannot start."""
    for unusable in facts[Secrets].unusable:
        yield Cause(
            f"a secret cannot be used: {unusable}",
            steps(f"Restore it from a backup of {facts[Run].state}/secrets.", facts[Run].start),
        )


def _disk(machine: Machine, how: str) -> Cause:
    return Cause(
        f"the disk of {machine.disk_path} is {how}: {machine.disk_free // MIB} MiB are free",
        f"du -xh --max-depth=2 {machine.disk_path} | sort -h | tail",
    )
