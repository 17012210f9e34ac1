"""What a run measured, as a JSON file: figures, the machine and its yardstick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from bench.report import Result
from bench.yardstick import Yardstick


@dataclass(frozen=True)
class Record:
    """One call of `make bench`; each figure is the median of its runs, of which `yardsticks` has one each."""

    machine: str
    yardsticks: Sequence[Yardstick]
    results: Sequence[Result]

    def write(self, path: Path) -> None:
        """Write it as JSON."""
        path.write_bytes(orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2) + b"\n")


def read_record(path: Path) -> Record:
    """Read what `Record.write` wrote."""
    found = orjson.loads(path.read_bytes())
    return Record(
        found["machine"],
        [Yardstick(**yardstick) for yardstick in found["yardsticks"]],
        [Result(**result) for result in found["results"]],
    )
