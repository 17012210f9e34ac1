"""`tessera repair`: what services missed of each other, and who may use PostgreSQL and RabbitMQ."""

from __future__ import annotations

import argparse
import os
import shlex
from pathlib import Path

from deploy.checks.facts.sessions import OVERRIDES
from deploy.checks.gatherers.native import NativeGatherer
from deploy.commands.environments import add_env_option, find_project
from deploy.commands.exec import run_service
from deploy.commands.parts import run_psql, run_rabbitmqctl
from deploy.stack.connections import CONNECTION_LIMITS
from deploy.stack.errors import DeployError
from deploy.stack.external import ExternalServers
from deploy.stack.programs import SERVICES
from deploy.stack.state_dir import StateDir

ORDER = ("auth", "users", "tiles")
"""Accounts before the profiles that they give rise to, and both before the work that is counted for them."""

ACCESS = Path(__file__).with_name("access.sql")
PSQL_OPTIONS = ("--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null")
BROKER_DEFINITIONS = "/run/secrets/rabbitmq_definitions"

_NO_LIMIT = '{"max-connections": -1, "%s": -1}'
_LIMITS = (
    *(["set_user_limits", service, _NO_LIMIT % "max-channels"] for service in SERVICES),
    ["set_vhost_limits", "--vhost", "tessera", _NO_LIMIT % "max-queues"],
)
"""Definitions without limits leave those that there are. To clear one that does not exist is an error."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `repair` to the commands."""
    parser = commands.add_parser(
        "repair",
        help="let services catch up on what they missed (data), or use their parts again (access)",
        description="`repair data`: each service says again what is true of its rows, through the broker: "
        "profiles from accounts, artists from profiles, stats from tiles. Copies that are not older stay; "
        "repeated, it changes nothing. The stack keeps working meanwhile. `repair access`: give each service "
        "the password of its secrets, its rights and its tables' usual settings in PostgreSQL, its user, "
        "virtual host and queues in RabbitMQ.",
    )
    add_env_option(parser)
    parser.add_argument("what", choices=("data", "access"))
    parser.add_argument("--dry-run", action="store_true", help="only show what would be done")
    parser.set_defaults(command=_repair)


def _repair(given: argparse.Namespace) -> int:
    repair = _repair_data if given.what == "data" else _repair_access
    return repair(given.env, is_dry=given.dry_run)


def _repair_data(env: str, *, is_dry: bool) -> int:
    for service in ORDER:
        if status := run_service(env, service, ["restate", *(["--dry-run"] if is_dry else [])]):
            return status
    print(
        "only counted" if is_dry else "everything was said again; each copy that was older is being corrected"
    )
    return 0


def _repair_access(env: str, *, is_dry: bool) -> int:
    # argparse has let through no other environment.
    native = NativeGatherer.from_environ(os.environ) if env == "native" else None
    var = native.var if native else find_project(env).var  # type: ignore[arg-type]
    if not (var.root / "secrets" / "auth_secret").exists():
        raise DeployError(f"no stack has run in {var.root} yet")
    definitions = str(var.root / "rabbitmq" / "definitions.json") if native else BROKER_DEFINITIONS
    if is_dry:
        print(f"{ACCESS.read_text()}\nfor each of {', '.join(SERVICES)}; then:")
        for words in (["import_definitions", definitions], *_LIMITS):
            print("rabbitmqctl", shlex.join(words))
        print("exchanges, queues and bindings")
        return 0
    if not (native and ExternalServers.from_environ(native.environ).databases):
        for service in SERVICES:
            if status := run_psql(env, "postgres", PSQL_OPTIONS, _script(var, service)):
                return status
            print(f"{service} may use its database")
    for words in (["import_definitions", definitions], *_LIMITS):
        if status := run_rabbitmqctl(env, ["--quiet", *words]):
            return status
    if status := run_service(env, SERVICES[0], ["declare"]):
        return status
    print("every service may use RabbitMQ, where exchanges, queues and bindings are declared")
    return 0


def _script(var: StateDir, service: str) -> str:
    """Return ACCESS for a service. It is the input of psql, as others can read command lines."""
    password = var.secret(f"postgres_{service}").replace("\\", "\\\\").replace("'", "\\'")
    variables = {
        "service": service,
        "password": password,
        "connections": CONNECTION_LIMITS[service],
        "overrides": f"{{{','.join(OVERRIDES)}}}",
    }
    lines = (f"\\set {name} '{value}'" for name, value in variables.items())
    return "\n".join([*lines, ACCESS.read_text()])
