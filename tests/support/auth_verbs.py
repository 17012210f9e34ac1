"""The operator's verbs of the auth service, run as processes."""

from __future__ import annotations

import asyncio
import json
import os
import runpy
import sys
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.support.auth import SECRET

# To import the service takes a second; its processes are forked from one that has done so.
_SERVER = get_context("forkserver")
_SERVER.set_forkserver_preload(["services.auth.__main__"])


async def run_verb(database_url: str, *words: str, **environment: str) -> tuple[int, str, str]:
    """Run a verb on that database; return its exit status, stdout and stderr."""
    settings = {
        "AUTH_DATABASE_URL": database_url,
        "AUTH_BROKER_URL": "amqp://127.0.0.1:1/",
        "AUTH_SECRET": SECRET,
        **environment,
    }
    return await asyncio.to_thread(_fork, words, settings)


def _fork(words: tuple[str, ...], settings: dict[str, str]) -> tuple[int, str, str]:
    with TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = _SERVER.Process(target=_run, args=(words, settings, out, err))
        process.start()
        process.join()
        assert process.exitcode is not None
        return process.exitcode, out.read_text(), err.read_text()


def _run(words: tuple[str, ...], settings: dict[str, str], out: Path, err: Path) -> None:
    """Be `python -m services.auth` with these words, settings and files for its output."""
    for file, descriptor in ((out, sys.stdout.fileno()), (err, sys.stderr.fileno())):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), descriptor)
    os.environ |= settings
    sys.argv = ["services.auth", *words]
    del sys.modules["services.auth.__main__"]  # it runs again, and warns of a second import
    runpy.run_module("services.auth", run_name="__main__")


async def run_and_parse(database_url: str, *words: str, **environment: str) -> dict[str, Any]:
    """Run a verb that succeeds, and return the one JSON object that it prints."""
    status, out, err = await run_verb(database_url, *words, **environment)
    assert status == 0, err
    answer: dict[str, Any] = json.loads(out)
    return answer
