"""Logs: JSON lines of the services and of the gateway, and what they show of the last minutes.

The gateway logs a request when its response is complete, if it failed, took 500 ms or was retried. A
WebSocket appears when it closes, with status 0, and an open one not at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from deploy.stack.probes import OWN_REQUESTS
from deploy.stack.state_dir import REPOSITORY

TAIL = 4 * 1024 * 1024  # bytes; at most this much of a log is read
MINUTES = 5  # how far back failed requests are looked for

Line = dict[str, Any]


@dataclass(frozen=True)
class LoggedRequest:
    """One line of the gateway's log.

    `service` and `instance` are None when the gateway made the response. So is `server` when a process served
    the gateway's error page: Traefik then logs that process instead of the server that failed. `peer` is the
    address and port of the connection to the gateway, which a proxy may have opened.
    """

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
    peer: str = ""
    scheme: str = ""


@dataclass(frozen=True)
class Failure:
    """An error that a service did not expect, from its log."""

    at: datetime
    process: str
    request_id: str | None
    error: str
    where: str


@dataclass(frozen=True)
class MailTrouble:
    """Why a mail was not sent; `is_final` if it never will be."""

    at: datetime
    reason: str
    is_final: bool


@dataclass(frozen=True)
class Traffic:
    """Requests, failures and unsent mail of the last minutes, without the requests of operators' commands."""

    minutes: int
    requests: tuple[LoggedRequest, ...]
    failures: tuple[Failure, ...]
    mail: tuple[MailTrouble, ...] = ()
    read_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def age_of(self, at: datetime) -> str:
        """Say how long ago that was when the logs were read."""
        seconds = (self.read_at - at).total_seconds()
        return f"{seconds:.0f} s ago" if seconds < 90 else f"{seconds / 60:.0f} min ago"

    @classmethod
    def of_last_minutes(
        cls, requests: Iterable[LoggedRequest], failures: Iterable[Failure], mail: Iterable[MailTrouble]
    ) -> Traffic:
        """Keep those that are recent enough."""
        since = datetime.now().astimezone() - timedelta(minutes=MINUTES)
        return cls(
            MINUTES,
            tuple(
                one
                for one in requests
                if one.at >= since and not (one.request_id or "").startswith(OWN_REQUESTS)
            ),
            tuple(one for one in failures if one.at >= since),
            tuple(one for one in mail if one.at >= since),
        )


def read_tail(path: Path) -> str:
    """Read the end of a log; empty when there is none."""
    try:
        with path.open("rb") as log:
            size = log.seek(0, 2)
            log.seek(max(0, size - TAIL))
            return log.read().decode(errors="replace")
    except FileNotFoundError:
        return ""


def parse(text: str) -> list[Line]:
    """Return the JSON objects in a log; other lines, such as the traceback of a crash, are left out."""
    found = []
    for line in text.splitlines():
        try:
            parsed = json.loads(line)
        except ValueError:
            continue
        if isinstance(parsed, dict):
            found.append(parsed)
    return found


def find_requests(lines: Iterable[Line]) -> list[LoggedRequest]:
    """Return the requests in the gateway's log, the oldest first."""
    return [_request(line) for line in lines if "DownstreamStatus" in line]


def find_errors(lines: Iterable[Line]) -> tuple[str, ...]:
    """Return the errors that Traefik logged."""
    return tuple(
        str(line.get("error") or line.get("message"))
        for line in lines
        if line.get("level") in ("error", "fatal")
    )


def find_failures(process: str, lines: Iterable[Line]) -> Iterator[Failure]:
    """Yield the errors that a service did not expect, from the log of one process."""
    for line in lines:
        if "exception" in line and "timestamp" in line:
            error, where = explain_traceback(line["exception"])
            at = datetime.fromisoformat(line["timestamp"])
            yield Failure(at, process, line.get("request_id"), error, where)


def find_mail_trouble(lines: Iterable[Line]) -> Iterator[MailTrouble]:
    """Yield why mail was not sent, from the log of auth's worker, since one was sent."""
    found: list[MailTrouble] = []
    for line in lines:
        event, reason = line.get("event"), str(line.get("reason", ""))
        if event == "mail sent":
            found.clear()
        elif event == "messages held" and reason.startswith("smtp: "):
            found.append(MailTrouble(_time_of(line), reason.removeprefix("smtp: "), is_final=False))
        elif event == "message refused" and reason:
            found.append(MailTrouble(_time_of(line), reason, is_final=True))
    yield from found


def _time_of(line: Line) -> datetime:
    return datetime.fromisoformat(line["timestamp"])


def explain_traceback(traceback: str) -> tuple[str, str]:
    """Return the error that a traceback ends with, and the line of a service that led to it."""
    frames = re.findall(r'File "([^"]+)", line (\d+), in (\S+)', traceback)
    after_frames = traceback.rpartition('  File "')[2].splitlines()[1:]
    error = next((line for line in after_frames if line and not line.startswith(" ")), "an error")
    # When shared/ or a library raised the error, the line of the service that called it explains more.
    own = [frame for frame in frames if "/services/" in frame[0] or "/frontend/" in frame[0]] or frames
    if not own:
        return error, "an unknown place"
    path, number, function = own[-1]
    # In an image, the repository is /app.
    return error, f"{path.removeprefix(f'{REPOSITORY}/').removeprefix('/app/')}:{number} ({function})"


def _request(line: Line) -> LoggedRequest:
    return LoggedRequest(
        at=datetime.fromisoformat(line["StartUTC"]),
        method=line.get("RequestMethod", ""),
        path=line.get("RequestPath", ""),
        status=line["DownstreamStatus"],
        seconds=line.get("Duration", 0) / 1e9,
        request_id=line.get("request_X-Request-Id") or line.get("downstream_X-Request-Id"),
        service=line.get("downstream_X-Service"),
        instance=line.get("downstream_X-Instance"),
        router=line.get("RouterName"),
        server=None if line.get("ServiceName", "").startswith("error-pages@") else line.get("ServiceURL"),
        retries=line.get("RetryAttempts", 0),
        peer=line.get("ClientAddr", ""),
        scheme=line.get("RequestScheme", ""),
    )
