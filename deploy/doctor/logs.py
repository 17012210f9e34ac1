"""Logs: JSON lines of the services and of the gateway.

The gateway writes a request down when its response is complete: a WebSocket appears when it closes, with
status 0, and an open one not at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

OWN_REQUESTS = "doctor-"
"""How the ids of the doctor's own requests begin, which are nobody's traffic."""

TAIL = 4 * 1024 * 1024  # bytes; at most this much of a log is read


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


def read(path: Path, minutes: float | None = None) -> Iterator[Request]:
    """Requests in the tail of a log, the oldest first; only those of the last `minutes` when given."""
    since = datetime.now().astimezone() - timedelta(minutes=minutes) if minutes else None
    for line in lines(path):
        request = _request(line)
        if request and (since is None or request.at >= since):
            yield request


def lines(path: Path) -> list[dict[str, Any]]:
    """The JSON objects in the tail of a log; other lines (a traceback of a crash) are left out."""
    try:
        with path.open("rb") as log:
            size = log.seek(0, 2)
            log.seek(max(0, size - TAIL))
            text = log.read().decode(errors="replace")
    except FileNotFoundError:
        return []
    found = []
    for line in text.splitlines():
        try:
            parsed = json.loads(line)
        except ValueError:
            continue
        if isinstance(parsed, dict):
            found.append(parsed)
    return found


def _request(line: dict[str, Any]) -> Request | None:
    if "DownstreamStatus" not in line:
        return None
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
