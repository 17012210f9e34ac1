"""`python -m deploy preflight`: whether the stack could be started here now. `run` asks the same."""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

from deploy.doctor.native import Native
from deploy.doctor.redact import redactor
from deploy.errors import DeployError
from deploy.findings import Finding, Severity, as_text, examine, gather, worst
from deploy.gateway import CONFIGURATION
from deploy.preflight.checks import CHECKS
from deploy.preflight.facts import SECONDS, sources

READ = "docs/checklist.md"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `preflight` to the commands."""
    parser = commands.add_parser(
        "preflight",
        help="whether the stack could be started here now",
        description="Check this machine, the state folder in TESSERA_VAR and the configuration, and start "
        "nothing. Exit status 1 when a start would be refused.",
    )
    parser.set_defaults(command=_preflight)


def inspect(native: Native, gateway: Path = CONFIGURATION) -> list[Finding]:
    """Everything that speaks against a start, the worst first."""
    return examine(CHECKS, gather(sources(native, gateway), SECONDS), READ)


def refuse_unfit(native: Native) -> list[Finding]:
    """Raise DeployError when nothing may be started; return what is to be said otherwise."""
    findings = inspect(native)
    if worst(findings) == Severity.ERROR:
        raise DeployError("nothing was started:\n" + redactor(native.var)(as_text(findings)))
    return findings


def _preflight(_: argparse.Namespace) -> int:
    began = time.monotonic()
    native = Native.found(os.environ)
    findings = inspect(native)
    if findings:
        print(redactor(native.var)(as_text(findings)))
    fit = worst(findings) < Severity.ERROR
    verdict = "ready to start" if fit else "a start would be refused"
    print(f"{verdict} ({len(CHECKS)} checks, {time.monotonic() - began:.1f} s)")
    return 0 if fit else 1
