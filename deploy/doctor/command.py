"""`python -m deploy doctor`: the verdict on the stack, or on one request, in words or as JSON."""

from __future__ import annotations

import argparse
import json
import logging
import os
import time
import uuid
from collections.abc import Sequence
from urllib.parse import urlsplit

from deploy.doctor import logs
from deploy.doctor.checks import CHECKS
from deploy.doctor.facts import Answer
from deploy.doctor.native import SECONDS, Native, ask
from deploy.doctor.redact import redactor
from deploy.doctor.request import explain
from deploy.errors import DeployError
from deploy.findings import Finding, Severity, as_json, as_text, examine, gather, worst
from deploy.var import state_folder

READ = "docs/checklist.md"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `doctor` to the commands."""
    parser = commands.add_parser(
        "doctor",
        help="what is wrong with the stack, or was with one request, and the fix",
        description="Look at the whole stack in TESSERA_VAR without changing anything, infrastructure first. "
        "The first line is the most likely cause. Exit status: 0 healthy, 1 warnings, 2 errors.",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--request-id", metavar="ID", help="explain the request that had this X-Request-Id")
    which.add_argument("--url", help="ask this URL of the stack now, and explain the answer")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(command=_doctor)


def diagnose(native: Native) -> list[Finding]:
    """Everything that is wrong with the stack, the most likely cause first."""
    return examine(CHECKS, gather(native.sources(), SECONDS), READ)


def _doctor(arguments: argparse.Namespace) -> int:
    began = time.monotonic()
    if not state_folder(os.environ).exists():
        raise DeployError(f"no stack ran in {state_folder(os.environ)} yet; fix: make run")
    native = Native.found(os.environ)
    logging.disable()  # a library's own complaint about a broker that is down says less than ours
    findings = []
    if arguments.url:
        findings.append(_ask_and_explain(native, arguments.url))
    elif arguments.request_id:
        findings.append(_explain(native, arguments.request_id))
    # A request that went well needs no more; for any other, what is wrong now is the likeliest reason.
    if not findings or findings[0].severity > Severity.INFO:
        findings += diagnose(native)
    status = worst(findings)
    seconds = time.monotonic() - began
    shown = _json(findings, seconds) if arguments.json else _text(findings, seconds)
    print(redactor(native.var)(shown))
    return int(status)


def _text(findings: Sequence[Finding], seconds: float) -> str:
    if not findings:
        return f"healthy: {len(CHECKS)} checks found nothing wrong ({seconds:.1f} s)"
    return f"{as_text(findings)}\n({seconds:.1f} s)"


def _json(findings: Sequence[Finding], seconds: float) -> str:
    return json.dumps(
        {
            "status": {0: "healthy", 1: "warning", 2: "error"}[worst(findings)],
            "findings": as_json(findings),
            "checks": [check.code for check in CHECKS],
            "seconds": round(seconds, 3),
        },
        indent=1,
    )


def _explain(native: Native, request_id: str) -> Finding:
    return explain(request_id, native.request(request_id), native.said_of(request_id))


def _ask_and_explain(native: Native, url: str) -> Finding:
    parts = urlsplit(url)
    if parts.hostname not in (None, "localhost", "127.0.0.1", "::1"):
        raise DeployError(f"{url} is not on this machine: run the doctor where the stack runs")
    port = parts.port or native.ports["gateway"]
    request_id = f"{logs.OWN_REQUESTS}{uuid.uuid4().hex[:16]}"
    answer = ask(port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), request_id)
    if not answer.status:
        return _no_answer(native, port, answer)
    deadline = time.monotonic() + 1  # the line is written just after the answer
    while (request := native.request(request_id)) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    return explain(request_id, request, native.said_of(request_id))


def _no_answer(native: Native, port: int, answer: Answer) -> Finding:
    expected = native.ports["gateway"]
    cause = (
        f"no answer from port {port}: {answer.error}"
        if port == expected
        else f"no answer from port {port}: {answer.error}; the gateway of this stack is on port {expected}"
    )
    return Finding(
        "request-no-answer", "request", Severity.ERROR, cause, "make doctor", "docs/debugging-5xx.md"
    )
