"""When an artist may place pixels, and how many; standard library only.

One moment says it all: `full_at`, when all charges are back. Before it, one charge is missing for each
cooldown, or part of one, that lies between now and then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.tiles.canvases.rules import Placing
from shared.errors import Conflict, TooManyRequests


@dataclass(frozen=True, slots=True)
class Charges:
    """The charges of an artist at one moment; the times are None when none is missing."""

    charges: int
    max_charges: int
    next_charge_at: datetime | None
    full_at: datetime | None


def count_charges(placing: Placing, full_at: datetime | None, now: datetime) -> Charges:
    """Return what an artist has; `full_at` is None for one who has not placed a pixel yet."""
    cooldown = timedelta(seconds=placing.cooldown_seconds)
    if full_at is None or full_at <= now or not cooldown:
        return Charges(placing.max_charges, placing.max_charges, None, None)
    missing = min(-((now - full_at) // cooldown), placing.max_charges)
    return Charges(
        placing.max_charges - missing, placing.max_charges, full_at - cooldown * (missing - 1), full_at
    )


def check_open(placing: Placing, now: datetime) -> None:
    """Raise Conflict unless pixels may be placed now: `frozen`, or `not_open` before start or after end."""
    if placing.frozen:
        raise Conflict("frozen", "This canvas is frozen.")
    if placing.starts_at and now < placing.starts_at:
        raise Conflict("not_open", f"Painting begins at {placing.starts_at.isoformat()}.")
    if placing.ends_at and now >= placing.ends_at:
        raise Conflict("not_open", f"Painting ended at {placing.ends_at.isoformat()}.")


def spend(placing: Placing, full_at: datetime | None, now: datetime, pixels: int) -> datetime:
    """Return when all charges are back once a charge has been spent on each of so many pixels.

    Raises TooManyRequests `cooldown` if the artist has fewer charges.
    """
    cooldown = timedelta(seconds=placing.cooldown_seconds)
    spent = max(full_at or now, now) + cooldown * pixels
    wait = spent - now - cooldown * placing.max_charges
    if wait > timedelta():
        raise TooManyRequests(
            "cooldown",
            f"{pixels} pixels need as many charges; there are at most {placing.max_charges},"
            f" and one more every {placing.cooldown_seconds} s.",
            retry_after=wait.total_seconds(),
        )
    return spent


def give_back(placing: Placing, full_at: datetime, pixels: int) -> datetime:
    """Return when all charges are back once those of so many pixels have been returned."""
    return full_at - timedelta(seconds=placing.cooldown_seconds) * pixels
