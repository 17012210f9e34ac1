"""`tessera exec SERVICE VERB`: a verb of a service, with the settings and secrets of a running stack."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence

from deploy.checks.gatherers.native import NativeGatherer
from deploy.commands.environments import add_env_option, find_project
from deploy.stack.command_line import command_line
from deploy.stack.errors import DeployError
from deploy.stack.programs import SERVICES, list_secret_files, service_environment
from deploy.stack.state_dir import REPOSITORY, state_folder


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `exec` to the commands."""
    parser = commands.add_parser(
        "exec",
        help="run a verb of a service: exec auth rotate-keys",
        description="Run a verb of a service with the settings and secrets of a stack. Each verb prints JSON "
        "lines; `exec SERVICE --help` lists the verbs of a service.",
    )
    add_env_option(parser)
    parser.add_argument("service", choices=SERVICES)
    parser.add_argument("verb", nargs=argparse.REMAINDER, help="the verb and its arguments")
    parser.set_defaults(command=_exec)


def run_service(env: str, service: str, words: Sequence[str]) -> int:
    """Run a verb of the service in the stack of that environment, and return its exit status.

    Raises DeployError when no stack has run there.
    """
    if env == "native":
        return _run_here(service, words)
    # argparse has let through no other environment.
    project = find_project(env)  # type: ignore[arg-type]
    options = [] if sys.stdin.isatty() else ["--no-TTY"]
    container = ("exec", *options, f"{service}-worker")
    command = project.command(*container, "python", "-m", f"services.{service}", *words)
    return subprocess.call(command, env=project.environment())  # noqa: S603 - the operator's own words


def _exec(given: argparse.Namespace) -> int:
    return run_service(given.env, given.service, given.verb or ["--help"])


def _run_here(service: str, words: Sequence[str]) -> int:
    folder = state_folder(os.environ)
    if missing := [name for name in list_secret_files() if not (folder / "secrets" / name).exists()]:
        raise DeployError(
            f"no stack has run in {folder} yet ({missing[0]} is missing); fix: {command_line('run')}"
        )
    # The settings of the run, if there is one: this shell may not have them.
    native = NativeGatherer.from_environ(os.environ)
    env = service_environment(native.var, native.ports, native.environ)
    command = [sys.executable, "-m", f"services.{service}", *words]
    return subprocess.call(command, cwd=REPOSITORY, env=env)  # noqa: S603 - the operator's own words
