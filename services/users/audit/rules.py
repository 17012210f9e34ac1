"""Entries of the audit log; standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

TargetKind = Literal["user", "report", "tile", "canvas", "site", "invitation"]
Outcome = Literal["requested", "done", "refused"]

CONCERNED_BY = ("creator_id", "owner_id", "artist_id", "holder_id", "author_id")
"""Details that name an artist, of which an entry has one at most."""


@dataclass(frozen=True, slots=True)
class AuditedAction:
    """Something a moderator or an admin did, or requested of another service.

    `actor_id` is None for what happened automatically, such as the end of a suspension. A request has the
    outcome `requested`; a second entry records what came of it.
    """

    actor_id: int | None
    action: str
    target_kind: TargetKind
    target_id: int
    outcome: Outcome = "done"
    details: Mapping[str, Any] = field(default_factory=dict)
