"""How far another clock is ahead of this machine's, as exactly as one reading over a connection can show."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class ClockOffset:
    """The other clock is between `least` and `most` seconds ahead of this machine's; negative: behind."""

    least: float
    most: float

    @property
    def certain(self) -> float:
        """The offset nearest to 0 that fits the measurement: 0 when the clocks may agree."""
        return max(self.least, min(self.most, 0.0))


SAME_CLOCK = ClockOffset(0, 0)


def compare_clocks(other: float, sent: float) -> ClockOffset:
    """Compare a reading of the other clock with this machine's; both are seconds since the epoch.

    The reading, requested at `sent`, was taken at some moment between then and now. So the round trip is the
    width of the result: a slow connection makes it vague, never wrong.
    """
    return ClockOffset(other - time.time(), other - sent)


@dataclass(frozen=True)
class BrokerClock:
    """The clock of the machine that the broker runs on; None when the broker does not run."""

    offset: ClockOffset | None


def read_broker_clock(run_beside: Callable[..., str | None]) -> BrokerClock:
    """Read the clock with `date`, run beside the broker: AMQP cannot be asked for it."""
    sent = time.time()
    printed = run_beside("rabbitmq", "date", "+%s.%N")
    return BrokerClock(compare_clocks(float(printed), sent) if printed else None)
