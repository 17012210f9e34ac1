"""The processes of the services."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from deploy.doctor.facts import Process, Processes, Run
from deploy.findings import Cause, Facts

LOOP_ENDS = 3  # ends of one process within a minute


def crash_loop(facts: Facts) -> Iterator[Cause]:
    """It starts, dies, and starts again; the log has the reason."""
    run = facts[Run]
    counts = Counter(ended.name for ended in run.ended)
    for name, count in counts.items():
        if count >= LOOP_ENDS:
            how = {ended.how for ended in run.ended if ended.name == name}
            killed = "; signal 9: kill -9, or the kernel for lack of memory" if "signal 9" in how else ""
            yield Cause(
                f"{name} is crash-looping: it ended {count} times in the last minute{killed}",
                run.log(name),
            )


def process_missing(facts: Facts) -> Iterator[Cause]:
    """503 `no available server` when no other of its service runs; events wait."""
    processes = facts[Processes].all
    for process in processes:
        if process.pid is None:
            alike = [one for one in processes if (one.service, one.kind) == (process.service, process.kind)]
            if process.kind == "worker":
                then = "events of that service wait"
            elif all(one.pid is None for one in alike):
                then = "its paths are 503 `no available server`"
            else:
                then = "the others of that service serve alone"
            yield Cause(f"{process.name} is not running; {then}", facts[Run].log(process.name))


def process_silent(facts: Facts) -> Iterator[Cause]:
    """It is suspended, or hangs; 504."""
    for process in facts[Processes].all:
        if process.pid and process.suspended:
            yield Cause(
                f"{process.name} (pid {process.pid}) is suspended by SIGSTOP", f"kill -CONT {process.pid}"
            )
        elif process.pid and process.health.status != 200:
            state = process.health.status or process.health.error
            yield Cause(
                f"{process.name} (pid {process.pid}) does not answer /health: {state}",
                f"kill -9 {process.pid}; it is started again. Its log: {facts[Run].log(process.name)}",
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
