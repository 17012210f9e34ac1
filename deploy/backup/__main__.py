"""`python -m deploy.backup VERB`: the entry point of the container `backup`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

from deploy.backup.offsite import LATEST, Offsite
from deploy.backup.restore import restore, undo
from deploy.backup.schedule import KEEP, Schedule, serve
from deploy.backup.source import Source
from deploy.backup.verify import take_verified, verify
from deploy.stack.errors import DeployError

SECRETS = Path("/run/secrets")
FOLDER = Path("/backups")
SECRET_KEY = SECRETS / "backup_secret_key"


def main() -> int:
    """Run one verb and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.backup", description="Backup of a stack.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in ("schedule", "undo"):
        verbs.add_parser(verb)
    verbs.add_parser("take").add_argument("--keep", type=int, default=KEEP)
    for verb in ("verify", "restore"):
        verbs.add_parser(verb).add_argument("name", help=f"of a file in {FOLDER}")
    fetch = verbs.add_parser("fetch", help="from the bucket; reads the identity of age on the standard input")
    fetch.add_argument("name", nargs="?", default=LATEST)
    given = parser.parse_args()
    try:
        _run(given, Source(SECRETS))
    except DeployError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _run(given: argparse.Namespace, source: Source) -> None:
    offsite = Offsite.from_environ(os.environ, secret_key=_read_secret_key())
    if given.verb == "schedule":
        serve(Schedule(source, FOLDER, os.environ, offsite))
    elif given.verb == "take":
        file = asyncio.run(take_verified(source, FOLDER, given.keep, _print))
        if offsite:
            offsite.store(file, _print)
    elif given.verb == "fetch":
        if offsite is None:
            raise DeployError("TESSERA_BACKUP_BUCKET is not set")
        offsite.fetch(given.name, sys.stdin.read(), FOLDER, _print)
    elif given.verb == "verify":
        asyncio.run(verify(FOLDER / given.name, FOLDER, _print))
    elif given.verb == "restore":
        asyncio.run(restore(source, FOLDER / given.name, FOLDER, _print))
    else:
        asyncio.run(undo(source, _print))


def _read_secret_key() -> str:
    return SECRET_KEY.read_text() if SECRET_KEY.exists() else ""


def _print(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
