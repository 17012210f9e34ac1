"""Responses about charges."""

from __future__ import annotations

from datetime import datetime

from shared.http.models import View


class ChargesView(View):
    """The caller's charges: each pixel costs one; `next_charge_at` is null when none is missing.

    On a canvas without a cooldown none ever is.
    """

    charges: int
    max_charges: int
    next_charge_at: datetime | None
    full_at: datetime | None
