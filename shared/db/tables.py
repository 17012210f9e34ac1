"""Conventions of every schema."""

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
"""Every constraint has a predictable name, which errors and migrations refer to."""


def moment(name: str) -> Column[datetime]:
    """Make a column for a point in time that defaults to the time of the INSERT."""
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())
