"""`python -m deploy.backup VERB`: the entry point of the container `backup`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

from deploy.backup.restore import restore, undo
from deploy.backup.schedule import KEEP, Schedule, serve
from deploy.backup.source import Source
from deploy.backup.verify import take_verified, verify
from deploy.stack.errors import DeployError

SECRETS = Path("/run/secrets")
FOLDER = Path("/backups")


def main() -> int:
    """Run one verb and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.backup", description="Backup of a stack.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in ("schedule", "undo"):
        verbs.add_parser(verb)
    verbs.add_parser("take").add_argument("--keep", type=int, default=KEEP)
    for verb in ("verify", "restore"):
        verbs.add_parser(verb).add_argument("name", help=f"of a file in {FOLDER}")
    given = parser.parse_args()
    source = Source(SECRETS)
    try:
        if given.verb == "schedule":
            serve(Schedule(source, FOLDER, os.environ))
        elif given.verb == "take":
            asyncio.run(take_verified(source, FOLDER, given.keep, _print))
        elif given.verb == "verify":
            asyncio.run(verify(FOLDER / given.name, FOLDER, _print))
        elif given.verb == "restore":
            asyncio.run(restore(source, FOLDER / given.name, FOLDER, _print))
        else:
            asyncio.run(undo(source, _print))
    except DeployError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _print(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
