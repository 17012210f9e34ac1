"""Why one request was answered as it was: by the gateway, or by which service, and what they logged of it.

The rules are Traefik's and ours; docs/debugging-5xx.md has them as a table. A 5xx without X-Service was made
by the gateway: an application names itself in everything that it answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from deploy.checks.doctor.logs import Request, explain_traceback
from deploy.checks.findings import Finding, Severity

READ = "docs/debugging-5xx.md"

# What it means when the gateway itself answered, with the fix.
_GATEWAY: Mapping[int, tuple[str, str]] = {
    404: (
        "no route matches this path, or its router is disabled",
        "make doctor; then compare with gateway/dynamic/routes.yml",
    ),
    408: ("the client did not send its request in time", "look at the client"),
    413: ("its body is larger than 1 MiB", "send less"),
    429: (
        "its rate limit: too many requests from one address",
        "slow the client down, or raise TESSERA_RATE_AVERAGE",
    ),
    431: ("its headers are larger than 32 KiB", "send less"),
    499: ("the client went away before the answer", "look at the client, or at what made the answer slow"),
    500: ("the server speaks another protocol than HTTP", "make doctor names who listens there"),
    502: (
        "the server refused or broke the connection",
        "make doctor, and the log of that process at that second",
    ),
    503: ("no server of that service is alive (`no available server`)", "make doctor names the process"),
    504: (
        "the server accepted the request and did not answer in time",
        "the log of that process; is it suspended?",
    ),
}


def explain(
    request_id: str,
    request: Request | None,
    said: Sequence[Mapping[str, Any]],
    show_log: Callable[[str], str],
) -> Finding:
    """The verdict on one request, from the gateway's line and the services' lines about it.

    `show_log` makes the command that shows the log of the instance of that name.
    """
    if request is None and not said:
        return _finding(
            "request-unknown",
            Severity.WARNING,
            f"no log knows request {request_id}: it did not reach this gateway, is a WebSocket still open, "
            "or is older than the logs",
            "look at the client's address, then at the ports: make doctor",
        )
    if request is None:
        return _by_service(
            f"request {request_id} did not come through this gateway;", 0, None, said, show_log
        )
    line = f"{request.method} {request.path} -> {request.status} after {request.seconds:.3g} s,"
    if request.status == 0:
        return _finding(
            "request-websocket",
            Severity.INFO,
            f"{line} a WebSocket of {request.server} that has closed (they are logged with status 0)",
            "nothing to repair",
        )
    if request.service is None:
        return _by_gateway(line, request)
    return _by_service(line, request.status, request.instance or request.service, said, show_log)


def _by_gateway(line: str, request: Request) -> Finding:
    meaning, fix = _GATEWAY.get(request.status, ("no rule of ours", "the gateway's log"))
    if request.status == 503 and (request.router or "").partition("@")[0].endswith("-missing"):
        meaning = "the routers of that service are disabled"
    if request.server:
        tries = f" after {request.retries} retries" if request.retries else ""
        meaning += f" ({request.server}{tries})"
    elif request.status == 404:
        meaning += " (no router took it)"
    severity = Severity.ERROR if request.status >= 500 else Severity.WARNING
    return _finding("request-by-gateway", severity, f"{line} made by the gateway: {meaning}", fix)


def _by_service(
    line: str,
    status: int,
    instance: str | None,
    said: Sequence[Mapping[str, Any]],
    show_log: Callable[[str], str],
) -> Finding:
    who = instance or str(said[0].get("instance"))
    made = f"{line} made by {who}"
    for entry in said:
        if "exception" in entry:
            error, where = explain_traceback(str(entry["exception"]))
            return _finding(
                "request-application-error",
                Severity.ERROR,
                f"{made}: {error} at {where}",
                f"repair {where.partition(' ')[0]}; the traceback: {show_log(str(entry.get('instance')))}",
            )
    for entry in said:
        if entry.get("event") == "dependency unavailable":
            return _finding(
                "request-dependency",
                Severity.ERROR,
                f"{made}: {entry.get('dependency')} could not be used: {entry.get('reason')}",
                "make doctor",
            )
    if status >= 500:
        return _finding(
            "request-by-service", Severity.ERROR, f"{made}, which logged no reason", "make doctor"
        )
    if status >= 400:
        return _finding(
            "request-refused",
            Severity.INFO,
            f"{made}, which refused it",
            "read `code` and `detail` of the answer",
        )
    return _finding("request-fine", Severity.INFO, f"{made}, as it should be", "nothing to repair")


def _finding(code: str, severity: Severity, cause: str, fix: str) -> Finding:
    return Finding(code, "request", severity, cause, fix, READ)
