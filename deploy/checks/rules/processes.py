"""The processes of the services."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.checks.facts.processes import ProcessState, ProcessStates
from deploy.checks.facts.run import Run
from deploy.checks.findings import Cause, Facts, Severity, check, steps
from deploy.checks.rules.reasons import BROKER, CONTAINER, DATABASE, DOWN, SLOW

LOOP_ENDS = 3


@check(
    "crash-loop",
    "processes",
    Severity.ERROR,
    holds="no process crashes repeatedly",
    follows=(*DOWN, "out-of-memory", *DATABASE),
)
def crash_loop(facts: Facts) -> Iterator[Cause]:
    """The process starts, exits and starts again; its log has the reason."""
    for ends in facts[Run].ends:
        if ends.times >= LOOP_ENDS or ends.waits:
            killed = "; signal 9: kill -9, or the kernel ran out of memory" if "signal 9" in ends.how else ""
            yield Cause(
                f"{ends.name} is crash-looping: it ended {ends.times} times {ends.period}{killed}",
                facts[Run].show_log(ends.name),
            )


@check(
    "process-missing",
    "processes",
    Severity.ERROR,
    holds="every process runs",
    follows=(*DOWN, *CONTAINER, "crash-loop", *DATABASE),
    transient=True,
)
def process_missing(facts: Facts) -> Iterator[Cause]:
    """Without any process of a service: 502 or 503 of the gateway. Without its worker: events wait."""
    processes = facts[ProcessStates].all
    for process in processes:
        if process.id is None:
            alike = [one for one in processes if (one.service, one.kind) == (process.service, process.kind)]
            if process.kind == "worker":
                then = "events of that service wait"
            elif all(one.id is None for one in alike):
                then = "its paths are 502 or 503 of the gateway"
            else:
                then = "the service's other processes still serve requests"
            yield Cause(f"{process.name} is not running; {then}", facts[Run].show_log(process.name))


@check(
    "process-silent",
    "processes",
    Severity.ERROR,
    holds="every process answers /health",
    follows=(*SLOW, *DOWN, *CONTAINER, "crash-loop", *DATABASE),
    transient=True,
)
def process_silent(facts: Facts) -> Iterator[Cause]:
    """The process is suspended or hangs: 504."""
    for process in facts[ProcessStates].all:
        if process.id and process.suspended:
            yield Cause(
                f"{process.name} ({process.id}) is suspended", facts[Run].resume(process.id), certain=True
            )
        elif process.id and process.health.status != 200:
            state = process.health.status or process.health.error
            yield Cause(
                f"{process.name} ({process.id}) does not answer /health: {state}",
                steps(facts[Run].show_log(process.name), facts[Run].restart(process.id)),
            )


@check(
    "process-not-ready",
    "processes",
    Severity.ERROR,
    holds="every process has what it needs",
    follows=(*SLOW, *DOWN, *CONTAINER, *DATABASE, *BROKER, "crash-loop", "process-missing", "process-silent"),
    transient=True,
)
def process_not_ready(facts: Facts) -> Iterator[Cause]:
    """The gateway prefers other processes; /ready names what this one lacks."""
    for process in facts[ProcessStates].all:
        if process.health.status == 200 and process.ready.status != 200:
            yield Cause(f"{process.name} is not ready: {_reason(process)}", facts[Run].show_log(process.name))


def _reason(process: ProcessState) -> str:
    """Return the `code` of its problem document, else its status."""
    code = process.ready.body.partition('"code":"')[2].partition('"')[0]
    return code or str(process.ready.status or process.ready.error)
