"""`tessera psql` and `tessera rabbitmqctl`: the own programs of a stack's parts, as their superuser."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy.checks.gatherers.native import NativeGatherer
from deploy.commands.environments import add_env_option, find_project
from deploy.stack.errors import DeployError
from deploy.stack.external import ExternalServers
from deploy.stack.parts import postgres, rabbitmq
from deploy.stack.programs import SERVICES

SUPERUSER = "postgres"


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `psql` and `rabbitmqctl` to the commands."""
    psql = commands.add_parser(
        "psql",
        help='PostgreSQL as its superuser: psql tiles --command "SELECT 1"',
        description="Run psql as the superuser of a stack's PostgreSQL; without words it reads statements.",
    )
    add_env_option(psql)
    psql.add_argument("database", choices=("postgres", *SERVICES))
    psql.add_argument("words", nargs=argparse.REMAINDER, help="options of psql")
    psql.set_defaults(command=lambda given: run_psql(given.env, given.database, given.words))
    ctl = commands.add_parser(
        "rabbitmqctl",
        help="look after RabbitMQ: rabbitmqctl list_connections",
        description="Run rabbitmqctl on the broker of a stack.",
    )
    add_env_option(ctl)
    ctl.add_argument("verb")
    ctl.add_argument("words", nargs=argparse.REMAINDER, help="arguments of the verb")
    ctl.set_defaults(command=lambda given: run_rabbitmqctl(given.env, [given.verb, *given.words]))


def run_psql(env: str, database: str, words: Sequence[str], script: str | None = None) -> int:
    """Run psql as superuser, with a script as its input if one is given, and return its exit status.

    Raises DeployError when the stack has no PostgreSQL of its own, or none runs.
    """
    options = [f"--username={SUPERUSER}", f"--dbname={database}", "--no-psqlrc", *words]
    if env != "native":
        return _run_in_container(env, "postgres", ["psql", *options], script)
    native = _find_native()
    if ExternalServers.from_environ(native.environ).databases:
        raise DeployError("the databases are on a server of your own: use its psql, with its superuser")
    with _password_file(native) as variables:
        server = ["--host=127.0.0.1", f"--port={native.ports['postgres']}"]
        command = [str(postgres.find_programs() / "psql"), *server, *options]
        return _run(command, {**os.environ, **variables}, script)


def run_rabbitmqctl(env: str, words: Sequence[str]) -> int:
    """Run rabbitmqctl and return its exit status. Raises DeployError when no broker runs."""
    if env != "native":
        return _run_in_container(env, "rabbitmq", ["rabbitmqctl", *words])
    native = _find_native()
    node = rabbitmq.RabbitMQ(
        native.var,
        amqp=native.ports["rabbitmq-amqp"],
        dist=native.ports["rabbitmq-dist"],
        epmd=native.ports["rabbitmq-epmd"],
        users=SERVICES,
    )
    return _run([str(rabbitmq.find_programs() / "rabbitmqctl"), *words], node.environment())


def _find_native() -> NativeGatherer:
    native = NativeGatherer.from_environ(os.environ)
    if native.supervisor is None:
        raise DeployError(f"no stack runs in {native.var.root}")
    return native


@contextmanager
def _password_file(native: NativeGatherer) -> Iterator[Mapping[str, str]]:
    """Give the variable that names a file with the superuser's password: `ps e` would show the password."""
    password = native.var.secret(SUPERUSER).replace("\\", r"\\").replace(":", r"\:")
    with tempfile.NamedTemporaryFile("w") as file:  # readable by this user only
        file.write(f"127.0.0.1:*:*:{SUPERUSER}:{password}\n")
        file.flush()
        yield {"PGPASSFILE": str(Path(file.name))}


def _run_in_container(env: str, part: str, command: Sequence[str], script: str | None = None) -> int:
    # argparse has let through no other environment.
    project = find_project(env)  # type: ignore[arg-type]
    is_terminal = script is None and sys.stdin.isatty()
    words = ("exec", *([] if is_terminal else ["--no-TTY"]), part, *command)
    return _run(project.command(*words), project.environment(), script)


def _run(command: Sequence[str], environ: Mapping[str, str], script: str | None = None) -> int:
    done = subprocess.run(command, env=environ, input=script, text=True, check=False)  # noqa: S603 - no shell
    return done.returncode
