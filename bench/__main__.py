"""`python -m bench [name ...]`: start a stack on free ports, measure, print a table, stop it."""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import uvloop

from bench import (
    crowd,
    directory,
    edits,
    fanout,
    films,
    history,
    hot,
    idle,
    large,
    logins,
    memory,
    place,
    reads,
    scale,
    strokes,
    viewers,
)
from bench.limits import raise_open_files
from bench.protocols import PROTOCOLS, JsonProtocol
from bench.record import Record
from bench.report import Result, describe_machine, format_table, medians
from bench.yardstick import Yardstick, average, measure_yardstick
from deploy.stack.state_dir import REPOSITORY
from tests.support.stack import Stack, run_environment

T = TypeVar("T")

Bench = Callable[[Stack], Awaitable[list[Result]]]

MODULES = {
    "hot": hot,
    "place": place,
    "crowd": crowd,
    "idle": idle,
    "memory": memory,
    "scale": scale,
    "strokes": strokes,
    "fanout": fanout,
    "edits": edits,
    "reads": reads,
    "viewers": viewers,
    "history": history,
    "films": films,
    "people": directory,
    "logins": logins,
    "large": large,
}


def main() -> None:
    args = _parse_arguments()
    protocol = PROTOCOLS[args.protocol]()
    of_crowd = {"viewers": args.viewers, "protocol": protocol}
    benches: Mapping[str, Bench] = {name: module.measure for name, module in MODULES.items()} | {
        "hot": partial(hot.measure, protocol=protocol),
        "crowd": partial(crowd.measure, strokes=args.strokes, **of_crowd),
        "memory": partial(memory.measure, **of_crowd),
        "scale": partial(scale.measure, **of_crowd),
    }
    raise_open_files()
    chosen = {name: benches[name] for name in args.benches or benches}
    runs: list[list[Result]] = []
    yardsticks: list[Yardstick] = []
    for number in range(1, args.runs + 1):
        if args.runs > 1:
            print(f"run {number} of {args.runs}", file=sys.stderr)
        before = _run(measure_yardstick())
        machine, results = _measure(chosen)
        runs.append(results)
        yardsticks.append(average([before, _run(measure_yardstick())]))
    record = Record(f"{_describe_tree()}\n{machine}", yardsticks, medians(runs))
    print(record.machine)
    print(average(yardsticks), end="\n\n")
    print(format_table(record.results))
    if args.json:
        record.write(args.json)


def _parse_arguments() -> argparse.Namespace:
    summaries = (f"  {name:9} {_summarise(module.__doc__ or '')}" for name, module in MODULES.items())
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure the whole stack; without a name, everything.",
        epilog="\n".join(("benchmarks:", *summaries)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("benches", nargs="*", metavar="name", choices=[*MODULES, []])
    parser.add_argument(
        "--runs", type=int, default=1, help="runs, each on a stack of its own; prints medians"
    )
    parser.add_argument("--json", type=Path, help="also write the figures and the yardstick to this file")
    of_crowds = parser.add_argument_group("crowd, memory and scale")
    of_crowds.add_argument("--viewers", type=int, default=1_000, help="viewers of the canvas (%(default)s)")
    of_crowds.add_argument(
        "--strokes", type=int, default=crowd.PACE, help="strokes per second, crowd only (%(default)s)"
    )
    parser.add_argument(
        "--protocol",
        choices=PROTOCOLS,
        default=JsonProtocol.name,
        help="of painters and viewers in hot, crowd, memory and scale (%(default)s)",
    )
    return parser.parse_args()


def _summarise(docstring: str) -> str:
    """Return the first sentence of a docstring."""
    return " ".join(docstring.partition("\n\n")[0].split()).rstrip(".")


def _measure(benches: Mapping[str, Bench]) -> tuple[str, list[Result]]:
    """Measure on a stack of this run; returns what it ran on, and the results."""
    with tempfile.TemporaryDirectory(prefix="tessera-bench-") as folder:
        var = Path(folder) / "var"
        stack = Stack(var, run_environment(var))
        try:
            results: list[Result] = []
            for name, bench in benches.items():
                print(f"measuring {name} ...", file=sys.stderr)
                results += [replace(one, what=f"{name}: {one.what}") for one in _run(bench(stack))]
            return describe_machine(stack), results
        finally:
            stack.stop()


def _run(work: Awaitable[T]) -> T:
    async def wait() -> T:
        return await work

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(wait())


def _describe_tree() -> str:
    """Return the commit that is measured, with a mark when files differ from it."""
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    return f"tree {found.stdout.strip() or 'unknown'}"


if __name__ == "__main__":
    main()
