"""`python -m bench [name ...]`: start a stack on free ports, measure, print a table, stop it."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from bench import directory, edits, fanout, history, logins, reads, strokes, viewers
from bench.report import Result, describe_machine, format_table
from tests.support.stack import Stack, run_environment

BENCHES: dict[str, Callable[[Stack], Awaitable[list[Result]]]] = {
    "strokes": strokes.measure,
    "fanout": fanout.measure,
    "edits": edits.measure,
    "reads": reads.measure,
    "viewers": viewers.measure,
    "history": history.measure,
    "people": directory.measure,
    "logins": logins.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "benches", nargs="*", choices=[*BENCHES, []], help="the benchmarks to run; all by default"
    )
    chosen = parser.parse_args().benches or list(BENCHES)
    with tempfile.TemporaryDirectory(prefix="tessera-bench-") as folder:
        var = Path(folder) / "var"
        stack = Stack(var, run_environment(var))
        try:
            results: list[Result] = []
            for name in chosen:
                print(f"measuring {name} ...", file=sys.stderr)
                with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                    results += runner.run(_measure(BENCHES[name], stack))
            print(describe_machine(stack))
            print(format_table(results))
        finally:
            stack.stop()


async def _measure(bench: Callable[[Stack], Awaitable[list[Result]]], stack: Stack) -> list[Result]:
    return await bench(stack)


if __name__ == "__main__":
    main()
