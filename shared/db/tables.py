"""Habits of every schema."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, DateTime, func

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name that can be told: errors and migrations refer to it."""


def moment(name: str) -> Column[datetime]:
    """Make a column for a point in time, set by the database when the row is made."""
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())
