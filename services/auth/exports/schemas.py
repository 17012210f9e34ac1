"""Responses about exports."""

from __future__ import annotations

from datetime import datetime

from shared.http.models import View


class ExportView(View):
    """An export; `completed_at` is null while it is being gathered, and it is gone at `expires_at`."""

    id: int
    requested_at: datetime
    completed_at: datetime | None
    expires_at: datetime


class CurrentExportView(View):
    """The caller's export, null if there is none."""

    export: ExportView | None
