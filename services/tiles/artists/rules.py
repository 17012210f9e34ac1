"""Who an artist is; standard library only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Artist:
    """An account as others see it."""

    id: int
    username: str
    display_name: str
