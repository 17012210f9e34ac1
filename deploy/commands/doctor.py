"""`python -m deploy doctor`: the verdict on the stack, or on one request, in words or as JSON."""

from __future__ import annotations

import argparse
import json
import logging
import os
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import get_args
from urllib.parse import urlsplit

from deploy.checks.doctor.asking import ask
from deploy.checks.doctor.checks import CHECKS
from deploy.checks.doctor.composed import Composed
from deploy.checks.doctor.facts import Answer
from deploy.checks.doctor.native import Native
from deploy.checks.doctor.redact import redactor
from deploy.checks.doctor.request import explain
from deploy.checks.findings import SECONDS, Finding, Severity, as_json, as_text, examine, gather, worst
from deploy.stack.compose.project import Environment
from deploy.stack.errors import DeployError
from deploy.stack.probes import OWN_REQUESTS
from deploy.stack.state_dir import state_folder

Stack = Native | Composed

READ = "docs/checklist.md"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `doctor` to the commands."""
    parser = commands.add_parser(
        "doctor",
        help="what is wrong with the stack, or was with one request, and the fix",
        description="Look at the whole stack in TESSERA_VAR without changing anything, infrastructure first. "
        "The first line is the most likely cause. Exit status: 0 healthy, 1 warnings, 2 errors.",
    )
    parser.add_argument(
        "--env",
        choices=("native", *get_args(Environment)),
        default="native",
        help="the stack of `make run` (native, the default), or one under Compose",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--request-id", metavar="ID", help="explain the request that had this X-Request-Id")
    which.add_argument("--url", help="ask this URL of the stack now, and explain the answer")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(command=_doctor)


def diagnose(stack: Stack, seconds: float = SECONDS) -> list[Finding]:
    """Everything that is wrong with the stack, the most likely cause first, as far as is known by then."""
    return examine(CHECKS, gather(stack.sources(), seconds), READ)


def _found(env: str, environ: Mapping[str, str]) -> Stack:
    if env in get_args(Environment):
        return Composed.found(env, environ)  # type: ignore[arg-type]  # argparse let nothing else through
    if not state_folder(environ).exists():
        raise DeployError(f"no stack ran in {state_folder(environ)} yet; fix: make run")
    return Native.found(environ)


def _doctor(arguments: argparse.Namespace) -> int:
    began = time.monotonic()
    stack = _found(arguments.env, os.environ)
    logging.disable()  # a library's own complaint about a broker that is down says less than ours
    findings = []
    if arguments.url:
        findings.append(_ask_and_explain(stack, arguments.url))
    elif arguments.request_id:
        findings.append(_explain(stack, arguments.request_id))
    # A request that went well needs no more; for any other, what is wrong now is the likeliest reason.
    if not findings or findings[0].severity > Severity.INFO:
        findings += diagnose(stack)
    status = worst(findings)
    seconds = time.monotonic() - began
    shown = _json(findings, seconds) if arguments.json else _text(findings, seconds)
    print(redactor(stack.var)(shown))
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


def _explain(stack: Stack, request_id: str) -> Finding:
    return explain(request_id, stack.request(request_id), stack.said_of(request_id), stack.show_log)


def _ask_and_explain(stack: Stack, url: str) -> Finding:
    parts = urlsplit(url)
    if parts.hostname not in (None, *stack.hosts):
        raise DeployError(f"{url} is not this stack's: run the doctor where the stack runs")
    if not parts.hostname:
        url = stack.url + url
    request_id = f"{OWN_REQUESTS}{uuid.uuid4().hex[:16]}"
    answer = ask(url, request_id)
    if not answer.status:
        return _no_answer(stack, url, answer)
    deadline = time.monotonic() + 1  # the line is written just after the answer
    while (request := stack.request(request_id)) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    return explain(request_id, request, stack.said_of(request_id), stack.show_log)


def _no_answer(stack: Stack, url: str, answer: Answer) -> Finding:
    asked, expected = (urlsplit(one).port for one in (url, stack.url))
    elsewhere = "" if asked == expected else f"; the gateway of this stack is at {stack.url}"
    cause = f"no answer from {url}: {answer.error}{elsewhere}"
    return Finding(
        "request-no-answer", "request", Severity.ERROR, cause, "make doctor", "docs/debugging-5xx.md"
    )
