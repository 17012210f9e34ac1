"""What an entry of the audit log says; standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

TargetKind = Literal["user", "report", "tile", "canvas"]
Outcome = Literal["requested", "done", "refused"]


@dataclass(frozen=True, slots=True)
class Action:
    """Something a moderator or an admin did, or asked another service to do.

    `actor_id` is None where time did it. What was asked for is `requested`; its outcome is a second entry.
    """

    actor_id: int | None
    action: str
    target_kind: TargetKind
    target_id: int
    outcome: Outcome = "done"
    details: Mapping[str, Any] = field(default_factory=dict)
