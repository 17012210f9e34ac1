"""The run as a whole, and the commands that work on it in its way of running."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from deploy.stack.command_line import command_line


@dataclass(frozen=True)
class Ends:
    """How often a process ended lately, and how; `period` is the time that this covers.

    `waits`: it is not running now, because its next start is delayed more after each end.
    """

    name: str
    times: int
    how: frozenset[str]
    period: str
    waits: bool = False


@dataclass(frozen=True)
class Run:
    """One run of a stack. Every command in it works when pasted.

    `stack` names the run; `state` is its state folder. `start` starts it again; `repair_routes` is the fix
    when the gateway has wrong addresses; `doctor` is the doctor's own command; `backup` takes a backup;
    `test_mail` sends a mail; `repair_access` lets the services use PostgreSQL and RabbitMQ again, and
    `repair_data` lets them catch up on each other's events; `dead_letters` lists those of a queue. `migrate`
    and `rotate_keys` are verbs of services. `sql` runs a statement as superuser in a database, and
    `rabbitmqctl` a verb of it, given with its arguments. `show_log` shows the log of a process,
    given its name; `end_session` ends a session of PostgreSQL, given its pid there; `resume` and `restart`
    work on a process, given its id.
    """

    stack: str
    state: str
    running: bool
    start: str
    repair_routes: str
    doctor: str
    backup: str
    test_mail: str
    repair_access: str
    repair_data: str
    rotate_keys: str
    migrate: Callable[[str], str]
    sql: Callable[[str, str], str]
    rabbitmqctl: Callable[[str], str]
    dead_letters: Callable[[str], str]
    show_log: Callable[[str], str]
    end_session: Callable[[int], str]
    resume: Callable[[str], str]
    restart: Callable[[str], str]
    ends: tuple[Ends, ...]


def operator_commands(env: str) -> dict[str, Any]:
    """Spell the commands of a Run that differ between ways of running by `--env` only."""
    return {
        "backup": command_line(f"backup --env {env}"),
        "test_mail": command_line(f"mail --env {env} test you@example.org"),
        "repair_access": command_line(f"repair --env {env} access"),
        "repair_data": command_line(f"repair --env {env} data"),
        "rotate_keys": command_line(f"exec --env {env} auth rotate-keys"),
        "migrate": lambda service: command_line(f"exec --env {env} {service} migrate"),
        "sql": lambda database, statement: command_line(
            f"psql --env {env} {database} --command {shlex.quote(statement)}"
        ),
        "rabbitmqctl": lambda words: command_line(f"rabbitmqctl --env {env} {words}"),
        "dead_letters": lambda queue: command_line(f"dead-letters --env {env} {queue}"),
    }
