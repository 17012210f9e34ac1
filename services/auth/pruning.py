"""Deletion of expired rows, in batches that finish within the statement timeout."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Delete, Table, delete, select

BATCH_ROWS = 1000


def delete_batch(table: Table, expired: ColumnElement[bool]) -> Delete:
    """Build a statement that deletes up to BATCH_ROWS expired rows and skips rows that are locked."""
    [key] = table.primary_key
    batch = select(key).where(expired).limit(BATCH_ROWS).with_for_update(skip_locked=True)
    return delete(table).where(key.in_(batch))
