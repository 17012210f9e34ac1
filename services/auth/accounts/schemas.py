"""How an account appears in responses."""

from __future__ import annotations

from datetime import datetime

from services.auth.accounts.model import Status
from shared.http.models import View


class AccountView(View):
    """An account, as its owner sees it."""

    id: int
    username: str
    email: str
    email_verified: bool
    roles: list[str]
    status: Status
    created_at: datetime
