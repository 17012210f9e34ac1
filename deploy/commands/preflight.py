"""`python -m deploy preflight`: whether the stack could be started here now. `run` asks the same."""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import get_args

from deploy.checks.doctor.native import Native
from deploy.checks.doctor.redact import redactor
from deploy.checks.findings import Finding, Severity, as_text, examine, gather, worst
from deploy.checks.preflight.checks import CHECKS, COMPOSE_CHECKS
from deploy.checks.preflight.composed import Start
from deploy.checks.preflight.facts import SECONDS, sources
from deploy.stack.compose.project import Environment, Project
from deploy.stack.errors import DeployError
from deploy.stack.gateway import CONFIGURATION
from deploy.stack.state_dir import StateDir

READ = "docs/checklist.md"


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
        choices=("native", *get_args(Environment)),
        default="native",
        help="before `make run` (native, the default), or before `make up`",
    )
    parser.set_defaults(command=_preflight)


def inspect(native: Native, gateway: Path = CONFIGURATION) -> list[Finding]:
    """Everything that speaks against a start on this machine, the worst first."""
    return examine(CHECKS, gather(sources(native, gateway), SECONDS), READ)


def inspect_compose(project: Project, gateway: Path = CONFIGURATION) -> list[Finding]:
    """Everything that speaks against a start under Compose, the worst first."""
    return examine(COMPOSE_CHECKS, gather(Start(project, gateway).sources(), SECONDS), READ)


def refuse_unfit(var: StateDir, findings: list[Finding]) -> list[Finding]:
    """Raise DeployError when nothing may be started; return what is to be said otherwise."""
    if worst(findings) == Severity.ERROR:
        raise DeployError("nothing was started:\n" + redactor(var)(as_text(findings)))
    return findings


def _preflight(arguments: argparse.Namespace) -> int:
    began = time.monotonic()
    if arguments.env == "native":
        native = Native.found(os.environ)
        var, findings, checks = native.var, inspect(native), CHECKS
    else:
        project = Project(arguments.env, os.environ)
        var, findings, checks = project.var, inspect_compose(project), COMPOSE_CHECKS
    if findings:
        print(redactor(var)(as_text(findings)))
    fit = worst(findings) < Severity.ERROR
    verdict = "ready to start" if fit else "a start would be refused"
    print(f"{verdict} ({len(checks)} checks, {time.monotonic() - began:.1f} s)")
    return 0 if fit else 1
