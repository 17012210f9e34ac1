"""`python -m bench.compare BEFORE AFTER`: two files of `--json`, figure by figure.

It refuses when a yardstick of the two differs by more than a third: then the machine has changed, not only
the code. Measure both trees again, in turns and within a quarter of an hour.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

from bench.record import Record, read_record
from bench.report import format_rows, medians
from bench.yardstick import average

LARGEST_RATIO = 4 / 3


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.compare",
        description=(__doc__ or "").partition("\n\n")[2],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for side in ("before", "after"):
        parser.add_argument(side, type=_read_records, help="file of --json, or several separated by commas")
    args = parser.parse_args()
    if differences := find_differences(args.before, args.after):
        sys.exit("these runs cannot be compared, the machine was another:\n" + "\n".join(differences))
    print(compare(args.before, args.after))


def _read_records(paths: str) -> Record:
    """Read one side; of several files each figure is the median."""
    records = [read_record(Path(path)) for path in paths.split(",")]
    yardsticks = [yardstick for record in records for yardstick in record.yardsticks]
    return Record(records[0].machine, yardsticks, medians([record.results for record in records]))


def find_differences(before: Record, after: Record) -> list[str]:
    """Return a line for each yardstick that differs by more than a third between the two."""
    first, second = asdict(average(before.yardsticks)), asdict(average(after.yardsticks))
    return [
        f"{name}: {first[name]:,.0f}/s before, {second[name]:,.0f}/s after"
        for name in first
        if max(first[name], second[name]) > LARGEST_RATIO * min(first[name], second[name])
    ]


def compare(before: Record, after: Record) -> str:
    """Return a table of the figures that both have, with the second divided by the first."""
    figures = {result.what: result for result in after.results}
    rows = [("figure", "before", "after", "after / before", "target")]
    for old in before.results:
        if new := figures.get(old.what):
            ratio = f"{new.figure / old.figure:.2f}" if old.figure else ""
            shown = [f"{one.figure:,.1f} {one.unit}" for one in (old, new)]
            rows.append((old.what, shown[0], shown[1], ratio, new.target))
    return format_rows(rows)


if __name__ == "__main__":
    main()
