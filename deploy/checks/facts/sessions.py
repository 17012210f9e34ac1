"""Who uses PostgreSQL: sessions by user and program, and those that hold what others need.

They are read as the superuser, for whom PostgreSQL keeps connections when all others are taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from deploy.stack.programs import SERVICES

IDLE_SECONDS = 5
"""A transaction of Tessera waits for no client, so that none is idle for this long."""

BUSY_SECONDS = 30
"""No statement of a request takes this long: the gateway has given up on it."""

READ_ONLY = "default_transaction_read_only"

OVERRIDES = (
    "default_transaction_isolation",
    "default_transaction_read_only",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "lock_timeout",
    "role",
    "search_path",
    "session_replication_role",
    "statement_timeout",
    "transaction_timeout",
)
"""Settings that Tessera leaves as PostgreSQL has them; any of them can make every statement fail."""

_LITERAL = re.compile(r"'(?:[^']|'')*(?:'|$)")

QUERY = f"""
SELECT json_build_object(
  'groups', (SELECT coalesce(json_agg(g), '[]') FROM (
    SELECT usename AS role, application_name AS program, host(client_addr) AS address, count(*) AS number
    FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
    GROUP BY 1, 2, 3 ORDER BY 4 DESC LIMIT 5) AS g),
  'holders', (SELECT coalesce(json_agg(h), '[]') FROM (
    SELECT a.pid, a.usename AS role, a.application_name AS program, a.datname AS database, a.state,
      extract(epoch FROM now() - a.xact_start)::float AS seconds, left(a.query, 200) AS query,
      (SELECT count(*) FROM pg_stat_activity AS w WHERE a.pid = ANY (pg_blocking_pids(w.pid))) AS waiting
    FROM pg_stat_activity AS a
    WHERE a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()
      AND (a.state LIKE 'idle in transaction%' AND a.state_change < now() - interval '{IDLE_SECONDS} s'
          AND EXISTS (SELECT FROM pg_locks AS l WHERE l.pid = a.pid AND l.locktype = 'relation'
            AND l.granted AND l.mode <> 'AccessShareLock')
        OR a.xact_start < now() - interval '{BUSY_SECONDS} s'
          AND EXISTS (SELECT FROM pg_stat_activity AS w WHERE a.pid = ANY (pg_blocking_pids(w.pid))))
    ORDER BY a.xact_start) AS h),
  'overrides', (SELECT coalesce(json_agg(o), '[]') FROM (
    SELECT coalesce('role ' || rolname, 'database ' || datname) AS of_whom, setting
    FROM pg_db_role_setting LEFT JOIN pg_roles AS r ON r.oid = setrole
    LEFT JOIN pg_database AS d ON d.oid = setdatabase CROSS JOIN unnest(setconfig) AS setting
    WHERE coalesce(rolname, datname) IN ({", ".join(f"'{one}'" for one in SERVICES)})
      AND split_part(setting, '=', 1) IN ({", ".join(f"'{one}'" for one in OVERRIDES)})
    UNION ALL SELECT 'the server', name || '=' || setting FROM pg_settings
    WHERE sourcefile LIKE '%postgresql.auto.conf'
      AND name IN ({", ".join(f"'{one}'" for one in OVERRIDES if one != READ_ONLY)})) AS o),
  'standby', pg_is_in_recovery(),
  'read_only', current_setting('{READ_ONLY}') = 'on'
)
"""  # noqa: S608 - constants of ours
"""Returns one JSON value."""


@dataclass(frozen=True)
class SessionGroup:
    """Sessions of one role and program from one address; no address: a socket of the machine."""

    role: str
    program: str
    address: str | None
    number: int

    def __str__(self) -> str:
        program = self.program or "a program without a name"
        return f"{self.number} by {program} as {self.role} from {self.address or 'its own machine'}"


@dataclass(frozen=True)
class SessionHolder:
    """A session whose transaction has been open for `seconds`, while `waiting` others wait for it.

    `query` is its last statement, without the values in it.
    """

    pid: int
    role: str
    program: str
    database: str
    state: str
    seconds: float
    query: str
    waiting: int


@dataclass(frozen=True)
class Override:
    """A setting, as `name=value`, that was made for a role, a database or the server."""

    of_whom: str
    setting: str


@dataclass(frozen=True)
class Sessions:
    """The sessions of one server; none of one that is not ours to look into, or does not answer.

    `standby`: it follows another server, so it takes no writes; `read_only`: it is set to take none.
    `overrides`: of OVERRIDES, for a service's role or database, or for the server.
    """

    groups: tuple[SessionGroup, ...] = ()
    holders: tuple[SessionHolder, ...] = ()
    standby: bool = False
    read_only: bool = False
    overrides: tuple[Override, ...] = ()


def read_sessions(query: Callable[[str], Any]) -> Sessions:
    """Read them; `query` runs a statement as the superuser and returns its one JSON value."""
    found = query(QUERY)
    return Sessions(
        tuple(SessionGroup(**group) for group in found["groups"]),
        tuple(
            SessionHolder(**{**holder, "query": _LITERAL.sub("'…'", holder["query"])})
            for holder in found["holders"]
        ),
        found["standby"],
        found["read_only"],
        tuple(Override(**one) for one in found["overrides"]),
    )
