"""The schema, and the tables that every service has for its messages."""

from __future__ import annotations

from sqlalchemy import MetaData

from shared.db.tables import NAMING
from shared.messaging.exporting import export_jobs_table
from shared.messaging.inbox import inbox_table
from shared.messaging.outbox import outbox_table

metadata = MetaData(naming_convention=NAMING)

outbox = outbox_table(metadata)
inbox = inbox_table(metadata)
export_jobs = export_jobs_table(metadata)
