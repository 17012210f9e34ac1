"""`tessera doctor`: what is wrong with the stack, or was with one request, as text or as JSON."""

from __future__ import annotations

import argparse
import json
import logging
import os
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import urlsplit

from deploy.checks.doctor import CHECKS, diagnose
from deploy.checks.facts.logs import LoggedRequest
from deploy.checks.facts.probe_client import HttpResult, http_get
from deploy.checks.findings import Finding, Severity, as_json, as_text, worst
from deploy.checks.gatherers.docker.gatherer import DockerGatherer
from deploy.checks.gatherers.native import NativeGatherer
from deploy.checks.gatherers.protocol import Gatherer
from deploy.checks.redact import redactor
from deploy.checks.request import DOCUMENT, explain, explain_request
from deploy.commands.environments import COMPOSE, add_env_option, environ_of
from deploy.stack.command_line import command_line
from deploy.stack.errors import DeployError
from deploy.stack.load import Patience
from deploy.stack.probes import OWN_REQUESTS
from deploy.stack.state_dir import state_folder

URGENT = -15  # nice value: the doctor answers within seconds on a machine that is overloaded, too
LOG_SECONDS = 1.0  # the gateway logs a request just after its response


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `doctor` to the commands."""
    parser = commands.add_parser(
        "doctor",
        help="what is wrong with the stack, or was with one request, and the fix",
        description="Examine the stack in TESSERA_VAR, infrastructure first, without changing anything. The "
        "first line is the most likely cause. Exit status: 0 healthy, 1 warnings, 2 errors.",
    )
    add_env_option(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--request-id", metavar="ID", help="explain the request that had this X-Request-Id")
    which.add_argument("--url", help="request this URL of the stack now, and explain the response")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(command=_doctor)


def _find_stack(env: str, environ: Mapping[str, str]) -> Gatherer:
    if env in COMPOSE:
        return DockerGatherer.from_environ(env, environ_of(env))  # type: ignore[arg-type]  # argparse checked it
    if not state_folder(environ).exists():
        raise DeployError(f"no stack ever ran in {state_folder(environ)}; fix: {command_line('run')}")
    return NativeGatherer.from_environ(environ)


def _doctor(arguments: argparse.Namespace) -> int:
    began = time.monotonic()
    with suppress(OSError):  # only root may
        os.setpriority(os.PRIO_PROCESS, 0, URGENT)
    stack = _find_stack(arguments.env, os.environ)
    logging.disable()  # the finding explains more than a library's log about a broker that is down
    findings = []
    if arguments.url:
        findings.append(_request_and_explain(stack, arguments.url))
    elif arguments.request_id:
        findings.append(explain_request(stack, arguments.request_id))
    # A request that succeeded needs no more; for any other, what is wrong now is the likeliest reason.
    if not findings or findings[0].severity > Severity.INFO:
        findings += diagnose(stack)
    status = worst(findings)
    seconds = time.monotonic() - began
    output = _json(findings, seconds) if arguments.json else _text(findings, seconds)
    print(redactor(stack.var)(output))
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


def _request_and_explain(stack: Gatherer, url: str) -> Finding:
    parts = urlsplit(url)
    if parts.hostname not in (None, urlsplit(stack.public_url).hostname, *stack.hosts):
        raise DeployError(f"{url} is not an address of this stack: run the doctor where the stack runs")
    if not parts.hostname:
        url = stack.url + url
    request_id = f"{OWN_REQUESTS}{uuid.uuid4().hex[:16]}"
    at = datetime.now(UTC)
    result = http_get(url, request_id)
    if not result.status:
        return _no_response(stack, url, result)
    if result.status < 400:  # the gateway logs only what failed or was slow
        seconds = (datetime.now(UTC) - at).total_seconds()
        made_by = result.service, result.instance
        request = LoggedRequest(
            at, "GET", parts.path, result.status, seconds, request_id, *made_by, None, None, 0
        )
        lines = stack.find_lines(request_id)
        return explain(request_id, request, lines, doctor=stack.doctor, show_log=stack.show_log)
    patience = Patience(LOG_SECONDS)
    while stack.find_request(request_id) is None and not patience.is_over():
        time.sleep(0.05)
    return explain_request(stack, request_id)


def _no_response(stack: Gatherer, url: str, result: HttpResult) -> Finding:
    requested, expected = (urlsplit(one).port for one in (url, stack.url))
    elsewhere = "" if requested == expected else f"; the gateway of this stack is at {stack.url}"
    cause = f"no response from {url}: {result.error}{elsewhere}"
    return Finding("request-no-answer", "request", Severity.ERROR, cause, stack.doctor, DOCUMENT)
