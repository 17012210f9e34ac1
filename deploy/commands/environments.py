"""The option `--env`: which of the stacks a command means."""

from __future__ import annotations

import argparse
from typing import get_args

from deploy.stack.compose.project import Environment

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
