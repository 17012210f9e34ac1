"""The processes of the services."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.checks.doctor.facts import Process, Processes, Run
from deploy.checks.findings import Cause, Facts

LOOP_ENDS = 3


def crash_loop(facts: Facts) -> Iterator[Cause]:
    """It starts, dies, and starts again; the log has the reason."""
    for ends in facts[Run].ends:
        if ends.times >= LOOP_ENDS:
            killed = "; signal 9: kill -9, or the kernel for lack of memory" if "signal 9" in ends.how else ""
            yield Cause(
                f"{ends.name} is crash-looping: it ended {ends.times} times {ends.over}{killed}",
                facts[Run].log(ends.name),
            )


def process_missing(facts: Facts) -> Iterator[Cause]:
    """503 `no available server` when no other of its service runs; events wait."""
    processes = facts[Processes].all
    for process in processes:
        if process.id is None:
            alike = [one for one in processes if (one.service, one.kind) == (process.service, process.kind)]
            if process.kind == "worker":
                then = "events of that service wait"
            elif all(one.id is None for one in alike):
                then = "its paths are 503 `no available server`"
            else:
                then = "the others of that service serve alone"
            yield Cause(f"{process.name} is not running; {then}", facts[Run].log(process.name))


def process_silent(facts: Facts) -> Iterator[Cause]:
    """It is suspended, or hangs; 504."""
    for process in facts[Processes].all:
        if process.id and process.suspended:
            yield Cause(f"{process.name} ({process.id}) is suspended", facts[Run].wake(process.id))
        elif process.id and process.health.status != 200:
            state = process.health.status or process.health.error
            yield Cause(
                f"{process.name} ({process.id}) does not answer /health: {state}",
                f"{facts[Run].restart(process.id)}. Its log: {facts[Run].log(process.name)}",
            )


def process_not_ready(facts: Facts) -> Iterator[Cause]:
    """It says itself what it lacks."""
    for process in facts[Processes].all:
        if process.health.status == 200 and process.ready.status != 200:
            yield Cause(f"{process.name} is not ready: {_said(process)}", facts[Run].log(process.name))


def _said(process: Process) -> str:
    """The `code` of its problem document, else its status."""
    found = process.ready.body.partition('"code":"')[2].partition('"')[0]
    return found or str(process.ready.status or process.ready.error)
