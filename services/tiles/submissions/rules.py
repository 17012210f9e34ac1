"""What waits for a review; standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReviewStatus(StrEnum):
    """The state of a submission; the first decision is final."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Pending:
    """Pixels of a tile that wait for a review."""

    id: int
    pixels: bytes
    submitted_at: datetime
