"""The table from errors to problems."""

from __future__ import annotations

from shared.errors import Refusal
from shared.http.problems import STATUS


def test_every_refusal_has_a_status() -> None:
    assert set(STATUS) == set(Refusal.__subclasses__())
