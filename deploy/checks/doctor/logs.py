"""Logs: JSON lines of the services and of the gateway.

The gateway writes a request down when its response is complete: a WebSocket appears when it closes, with
status 0, and an open one not at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from deploy.stack.state_dir import REPOSITORY

TAIL = 4 * 1024 * 1024  # bytes; at most this much of a log is read
MINUTES = 5  # how far back failures of requests are looked for

Line = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """One line. `service` and `instance` are those of the application that answered, None for the gateway."""

    at: datetime
    method: str
    path: str
    status: int
    seconds: float
    request_id: str | None
    service: str | None
    instance: str | None
    router: str | None
    server: str | None
    retries: int


@dataclass(frozen=True)
class Failure:
    """An error that a service did not expect, from its log."""

    at: datetime
    process: str
    request_id: str | None
    error: str
    where: str


def tail(path: Path) -> str:
    """The end of a log, empty when there is none."""
    try:
        with path.open("rb") as log:
            size = log.seek(0, 2)
            log.seek(max(0, size - TAIL))
            return log.read().decode(errors="replace")
    except FileNotFoundError:
        return ""


def parse(text: str) -> list[Line]:
    """The JSON objects in a log; other lines (a traceback of a crash) are left out."""
    found = []
    for line in text.splitlines():
        try:
            parsed = json.loads(line)
        except ValueError:
            continue
        if isinstance(parsed, dict):
            found.append(parsed)
    return found


def requests(lines: Iterable[Line]) -> list[Request]:
    """Requests among the lines of the gateway's log, the oldest first."""
    return [_request(line) for line in lines if "DownstreamStatus" in line]


def complaints(lines: Iterable[Line]) -> tuple[str, ...]:
    """What Traefik says is wrong."""
    return tuple(
        str(line.get("error") or line.get("message"))
        for line in lines
        if line.get("level") in ("error", "fatal")
    )


def failures(process: str, lines: Iterable[Line]) -> Iterator[Failure]:
    """Errors that the service did not expect, in the log of one process."""
    for line in lines:
        if "exception" in line and "timestamp" in line:
            error, where = explain_traceback(line["exception"])
            at = datetime.fromisoformat(line["timestamp"])
            yield Failure(at, process, line.get("request_id"), error, where)


def explain_traceback(traceback: str) -> tuple[str, str]:
    """The error that a traceback ends with, and the line of a service that led to it."""
    frames = re.findall(r'File "([^"]+)", line (\d+), in (\S+)', traceback)
    after_frames = traceback.rpartition('  File "')[2].splitlines()[1:]
    error = next((line for line in after_frames if line and not line.startswith(" ")), "an error")
    # What shared/ or a library raised, a service asked for.
    own = [frame for frame in frames if "/services/" in frame[0] or "/frontend/" in frame[0]] or frames
    if not own:
        return error, "an unknown place"
    path, number, function = own[-1]
    # In an image the repository is /app.
    return error, f"{path.removeprefix(f'{REPOSITORY}/').removeprefix('/app/')}:{number} ({function})"


def since(minutes: float) -> datetime:
    """So long ago."""
    return datetime.now().astimezone() - timedelta(minutes=minutes)


def _request(line: Line) -> Request:
    return Request(
        at=datetime.fromisoformat(line["StartUTC"]),
        method=line.get("RequestMethod", ""),
        path=line.get("RequestPath", ""),
        status=line["DownstreamStatus"],
        seconds=line.get("Duration", 0) / 1e9,
        request_id=line.get("request_X-Request-Id") or line.get("downstream_X-Request-Id"),
        service=line.get("downstream_X-Service"),
        instance=line.get("downstream_X-Instance"),
        router=line.get("RouterName"),
        server=line.get("ServiceURL"),
        retries=line.get("RetryAttempts", 0),
    )
