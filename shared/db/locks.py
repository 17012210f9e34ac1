"""The one list of advisory locks, which PostgreSQL keeps per database.

A number never changes its meaning: during a rolling upgrade old and new processes must exclude each other.
"""

from __future__ import annotations

from enum import IntEnum

from sqlalchemy import TextClause, text


class AdvisoryLock(IntEnum):
    """Work that only one session or transaction does at a time."""

    MIGRATION = 4_071_969  # of every service: replicas that start together
    RELAY = 8_673_001  # of every service: the active relay, for as long as its session lives
    COUNTERS = 8_673_002  # users: a step of the dashboard's counters, or a recount
    SIGNING_KEY = 8_673_003  # auth: making the next signing key
    FILMS = 8_673_005  # tiles: counting the films that wait, and adding one
    ADMINS = 8_673_004  # auth: whatever depends on the number of admins


def hold_until_commit(lock: AdvisoryLock) -> TextClause:
    """Make a statement that waits for the lock and holds it until its transaction ends."""
    return text(f"SELECT pg_advisory_xact_lock({lock:d})")
