"""The option `--env`: which of the stacks a command means, with the settings that it was started with."""

from __future__ import annotations

import argparse
import os
import sys
from typing import get_args

from deploy.stack.command_line import command_line
from deploy.stack.compose.project import Environment, Project
from deploy.stack.compose.state import find_certified_host
from deploy.stack.errors import DeployError
from deploy.stack.settings.chosen import Chosen
from deploy.stack.state_dir import StateDir, state_folder

COMPOSE = get_args(Environment)
WAYS = ("native", *COMPOSE)


def add_env_option(parser: argparse.ArgumentParser, *, default: str = "native") -> None:
    """Let the command mean any stack: that of `tessera run`, or one under Compose."""
    parser.add_argument(
        "--env",
        choices=WAYS,
        default=default,
        help="the stack of `tessera run` (native), or one under Docker Compose; default: %(default)s",
    )


def add_compose_option(parser: argparse.ArgumentParser) -> None:
    """Let the command mean one of the stacks under Compose."""
    parser.add_argument(
        "--env", choices=COMPOSE, default="dev", help="the stack under Docker Compose; default: %(default)s"
    )


def environ_of(env: Environment) -> dict[str, str]:
    """Return the environment that a stack under Compose was started with, whatever this shell has.

    What this shell would change is said on the standard error.
    """
    chosen = Chosen.read(env, os.environ)
    for change in chosen.changes:
        print(f"not applied: {change}; to apply it: {command_line(f'up --env {env}')}", file=sys.stderr)
    folder = state_folder(os.environ) / "compose" / env
    if chosen.kept is None and folder.exists() and (host := find_certified_host(StateDir(folder))):
        # Started by a version that kept no settings: another host would get another certificate.
        return {**chosen.current, "TESSERA_HOST": host}
    return chosen.current


def find_project(env: Environment) -> Project:
    """Return a stack under Compose with the settings of `environ_of`."""
    return Project(env, environ_of(env))


def find_usable_project(env: Environment) -> Project:
    """Return the same to change it. Raises DeployError when a setting cannot be used."""
    project = find_project(env)
    project.refuse_faults()
    return project


def add_yes_option(parser: argparse.ArgumentParser) -> None:
    """Let a script answer the question of `confirm`."""
    parser.add_argument("--yes", action="store_true", help="do not ask for confirmation")


def confirm(question: str, *, yes: bool) -> None:
    """Ask for confirmation, unless `--yes` gave it. Raises DeployError without one, or without a terminal."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise DeployError(
            f"{question} There is no terminal to ask at, so nothing was changed; confirm with --yes"
        )
    if input(f"{question} Continue? (yes/no) ") != "yes":
        raise DeployError("nothing was changed")
