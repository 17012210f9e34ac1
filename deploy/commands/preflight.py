"""`tessera preflight`: whether the stack could be started here now. `run` and `up` check the same."""

from __future__ import annotations

import argparse
import os
import time

from deploy.checks.findings import Finding, Severity, as_text, worst
from deploy.checks.gatherers.native import NativeGatherer
from deploy.checks.preflight import CHECKS, DOCKER_CHECKS, inspect_docker, inspect_native
from deploy.checks.redact import redactor
from deploy.commands.environments import WAYS
from deploy.stack.compose.project import Project
from deploy.stack.errors import DeployError
from deploy.stack.settings.chosen import Chosen
from deploy.stack.state_dir import StateDir


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `preflight` to the commands."""
    parser = commands.add_parser(
        "preflight",
        help="whether the stack could be started here now",
        description="Check this machine, the state folder in TESSERA_VAR and the configuration, and start "
        "nothing. Exit status 1 when a start would be refused.",
    )
    parser.add_argument(
        "--env",
        choices=WAYS,
        default="native",
        help="before `tessera run` (native, the default), or before `tessera up`",
    )
    parser.set_defaults(command=_preflight)


def refuse_unfit(var: StateDir, findings: list[Finding]) -> list[Finding]:
    """Raise DeployError when a finding forbids the start; return the others, which are to be printed."""
    if worst(findings) == Severity.ERROR:
        raise DeployError("nothing was started:\n" + redactor(var)(as_text(findings)))
    return findings


def _preflight(arguments: argparse.Namespace) -> int:
    began = time.monotonic()
    if arguments.env == "native":
        native = NativeGatherer.from_environ(os.environ)
        var, findings, number = native.var, inspect_native(native), len(CHECKS)
    else:
        project = Project(arguments.env, Chosen.read(arguments.env, os.environ).coming)
        var, findings, number = project.var, inspect_docker(project), len(DOCKER_CHECKS)
    if findings:
        print(redactor(var)(as_text(findings)))
    fit = worst(findings) < Severity.ERROR
    verdict = "ready to start" if fit else "a start would be refused"
    print(f"{verdict} ({number} checks, {time.monotonic() - began:.1f} s)")
    return 0 if fit else 1
