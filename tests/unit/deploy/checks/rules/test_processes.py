"""What is found of the processes of the services."""

from __future__ import annotations

from dataclasses import replace

from deploy.checks.facts.run import Ends
from tests.support.facts import RUN, findings


def test_three_ends_within_a_minute_are_a_crash_loop_and_signal_9_is_explained() -> None:
    ends = Ends("web", 3, frozenset(("signal 9", "status 0")), "in the last minute")
    [found] = findings(replace(RUN, ends=(ends,)))
    assert (found.code, "ran out of memory" in found.cause) == ("crash-loop", True)


def test_two_ends_are_no_crash_loop() -> None:
    assert (
        findings(replace(RUN, ends=(Ends("web", 2, frozenset(("status 1",)), "in the last minute"),))) == []
    )
