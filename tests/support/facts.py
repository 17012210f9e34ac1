"""Facts of a stack for the rules of the checks: all well, unless a test changes something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deploy.checks.doctor import CHECKS
from deploy.checks.facts.database import DatabaseState
from deploy.checks.facts.front import FrontDoor
from deploy.checks.facts.run import Run
from deploy.checks.facts.sessions import Sessions
from deploy.checks.findings import Check, Facts, Finding, examine

RUN = Run(
    stack="the stack",
    state="/var",
    running=True,
    start="tessera run",
    repair_routes="tessera run",
    doctor="tessera doctor",
    backup="tessera backup --env native",
    test_mail="tessera mail test you@example.org",
    repair_access="tessera repair access",
    repair_data="tessera repair data",
    rotate_keys="tessera exec auth rotate-keys",
    migrate="tessera exec {} migrate".format,
    sql="tessera psql {} --command '{}'".format,
    rabbitmqctl="tessera rabbitmqctl {}".format,
    dead_letters="tessera dead-letters {}".format,
    show_log="tail -n 20 {}.log".format,
    end_session="kill {}".format,
    resume="kill -CONT {}".format,
    restart="kill {}".format,
    ends=(),
)


def database_state(**changes: Any) -> DatabaseState:
    """A database of tiles that is well, with these changes."""
    plain: dict[str, Any] = {"trouble": None, "message": "", "revision": "2", "known": ("1", "2")}
    return DatabaseState("tiles", "127.0.0.1:1", **(plain | changes))


def findings(*facts: object, checks: Sequence[Check] = CHECKS) -> list[Finding]:
    """What is found with these facts, RUN, no sessions and no proxy; that others are missing is left out."""
    known = {type(fact): fact for fact in (RUN, Sessions(), FrontDoor(""), *facts)}
    return [one for one in examine(checks, Facts(known)) if one.code != "check-failed"]


def codes(*facts: object, checks: Sequence[Check] = CHECKS) -> list[str]:
    """The codes of the same."""
    return [one.code for one in findings(*facts, checks=checks)]
