"""Explains one request: who made its response, and why.

The rules are those of Traefik and of shared/http; docs/debugging-5xx.md has them as a table. A 5xx
without X-Service was made by the gateway: a service sets that header on every response.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from deploy.checks.facts.logs import LoggedRequest, explain_traceback
from deploy.checks.findings import Finding, Severity, steps
from deploy.checks.gatherers.protocol import Gatherer

DOCUMENT = "docs/debugging-5xx.md"

# For a response that the gateway made: its reason and the fix. {doctor} is the command.
_GATEWAY: Mapping[int, tuple[str, str]] = {
    404: (
        "no route matches this path, or its router is disabled",
        "{doctor}\nCompare the path with gateway/dynamic/routes.yml.",
    ),
    408: ("the client did not send its request in time", "Look at the client."),
    413: ("the body is larger than 2 MB", "Send less."),
    429: (
        "rate limit: too many requests, or open WebSockets, from one address",
        "Slow the client down, or raise TESSERA_RATE_AVERAGE; for WebSockets TESSERA_SOCKETS_PER_ADDRESS.",
    ),
    431: ("the headers are larger than 64 KiB", "Send less."),
    499: ("the client disconnected before the response", "Look at the client, or at what made it slow."),
    500: ("the server speaks another protocol than HTTP", "{doctor}"),
    502: (
        "the server refused or broke the connection, or no server of that service lives",
        "{doctor}\nRead the log of that process at that second.",
    ),
    503: ("the gateway knows no server of that service", "{doctor}"),
    504: (
        "the server accepted the request and did not answer in time",
        "{doctor}\nRead the log of that process: it may be suspended.",
    ),
}


def explain_request(stack: Gatherer, request_id: str) -> Finding:
    """Explain the request with that id from the logs of the stack."""
    request, lines = stack.find_request(request_id), stack.find_lines(request_id)
    return explain(request_id, request, lines, doctor=stack.doctor, show_log=stack.show_log)


def explain(
    request_id: str,
    request: LoggedRequest | None,
    lines: Sequence[Mapping[str, Any]],
    *,
    doctor: str,
    show_log: Callable[[str], str],
) -> Finding:
    """Explain one request by the gateway's line about it, None without one, and by the services' `lines`.

    `doctor` is the command that examines the stack; `show_log` makes the one that shows an instance's log.
    """
    if request is None and not lines:
        return _finding(
            "request-unknown",
            Severity.WARNING,
            f"request {request_id} is in no log: it succeeded within 500 ms, did not reach this gateway, is "
            "a WebSocket that is still open, or is older than the logs",
            steps("Look at the address that the client uses.", doctor),
        )
    if request is None:
        prefix = f"request {request_id} did not come through this gateway;"
        return _by_service(prefix, 0, None, lines, doctor, show_log)
    prefix = f"{request.method} {request.path} -> {request.status} after {request.seconds:.3g} s,"
    if request.status == 0:
        return _finding(
            "request-websocket",
            Severity.INFO,
            f"{prefix} a WebSocket of {request.server} that has closed (those are logged with status 0)",
            "Nothing to repair.",
        )
    if request.service is None:
        return _by_gateway(prefix, request, doctor)
    maker = request.instance or request.service
    return _by_service(prefix, request.status, maker, lines, doctor, show_log)


def _by_gateway(prefix: str, request: LoggedRequest, doctor: str) -> Finding:
    reason, fix = _GATEWAY.get(request.status, ("not a status that it is configured for", "{doctor}"))
    if request.status == 503 and (request.router or "").partition("@")[0].endswith("-missing"):
        reason = "the gateway knows no server of that service, or its routers are disabled"
    if at := request.server or request.router:
        retries = f" after {request.retries} retries" if request.retries else ""
        reason += f" ({at}{retries})"
    elif request.status == 404:
        reason += " (no router matched)"
    severity = Severity.ERROR if request.status >= 500 else Severity.WARNING
    fix = fix.format(doctor=doctor)
    return _finding("request-by-gateway", severity, f"{prefix} made by the gateway: {reason}", fix)


def _by_service(
    prefix: str,
    status: int,
    instance: str | None,
    lines: Sequence[Mapping[str, Any]],
    doctor: str,
    show_log: Callable[[str], str],
) -> Finding:
    made = f"{prefix} made by {instance or lines[0].get('instance')}"
    for line in lines:
        if "exception" in line:
            error, where = explain_traceback(str(line["exception"]))
            return _finding(
                "request-application-error",
                Severity.ERROR,
                f"{made}: {error} at {where}",
                steps(show_log(str(line.get("instance"))), f"Repair {where.partition(' ')[0]}."),
            )
    for line in lines:
        if line.get("event") == "dependency unavailable":
            return _finding(
                "request-dependency",
                Severity.ERROR,
                f"{made}: {line.get('dependency')} could not be used: {line.get('reason')}",
                doctor,
            )
    if status >= 500:
        return _finding("request-by-service", Severity.ERROR, f"{made}, which logged no reason", doctor)
    if status >= 400:
        return _finding(
            "request-refused",
            Severity.INFO,
            f"{made}, which rejected it",
            "Read `code` and `detail` of the response.",
        )
    return _finding("request-fine", Severity.INFO, f"{made}, as expected", "Nothing to repair.")


def _finding(code: str, severity: Severity, cause: str, fix: str) -> Finding:
    return Finding(code, "request", severity, cause, fix, DOCUMENT)
