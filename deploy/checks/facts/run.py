"""The run as a whole, and the commands that work on it in its way of running."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ends:
    """How often a process ended lately, and how; `period` is the time that this covers."""

    name: str
    times: int
    how: frozenset[str]
    period: str


@dataclass(frozen=True)
class Run:
    """One run of a stack. Every command in it works when pasted.

    `stack` names the run; `state` is its state folder. `start` starts it again; `repair_routes` is the fix
    when the gateway has wrong addresses; `doctor` is the doctor's own command; `backup` takes a backup;
    `test_mail` sends a mail; `dead_letters` lists those of a queue. `show_log` shows the log of a process,
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
    dead_letters: Callable[[str], str]
    show_log: Callable[[str], str]
    end_session: Callable[[int], str]
    resume: Callable[[str], str]
    restart: Callable[[str], str]
    ends: tuple[Ends, ...]
