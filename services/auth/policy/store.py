"""SQL of the policy, which is one row; without it the defaults of `Policy` hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects.postgresql import insert

from services.auth.policy.rules import ChallengeMode, Policy, RegistrationMode, SecondFactorMode
from services.auth.tables import policy
from shared.db import Connection, Row

_DEFAULTS = asdict(Policy())
_COLUMNS = [policy.c[name] for name in _DEFAULTS]
_GET = select(*_COLUMNS)
_given = {name: bindparam(name, type_=policy.c[name].type) for name in _DEFAULTS}
_insert = insert(policy).values(
    id=1, **{name: func.coalesce(_given[name], default) for name, default in _DEFAULTS.items()}
)
_CHANGE = _insert.on_conflict_do_update(
    index_elements=["id"], set_={name: func.coalesce(_given[name], policy.c[name]) for name in _DEFAULTS}
).returning(*_COLUMNS)
# There may be no row to lock yet. Who reads the policy is not held up.
_LOCK = text("LOCK TABLE policy IN SHARE ROW EXCLUSIVE MODE")


async def get_policy(conn: Connection) -> Policy:
    """Return the policy as it is now."""
    row = await conn.fetch_one(_GET)
    return Policy() if row is None else _build_policy(row)


async def change_policy(conn: Connection, changes: Mapping[str, str]) -> tuple[Policy, Policy]:
    """Set the given fields and keep the others; return the policy before and after.

    Changes wait for each other until their transactions end.
    """
    await conn.execute(_LOCK)
    before = await get_policy(conn)
    row = await conn.fetch_one(_CHANGE, {name: changes.get(name) for name in _DEFAULTS})
    return before, _build_policy(row)


def _build_policy(row: Row) -> Policy:
    return Policy(
        registration=RegistrationMode(row.registration),
        challenge=ChallengeMode(row.challenge),
        second_factor=SecondFactorMode(row.second_factor),
    )
