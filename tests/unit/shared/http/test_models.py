"""Moments in requests."""

from __future__ import annotations

from datetime import datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.http.models import Moment

MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)


def test_a_moment_with_any_offset_is_converted_to_utc() -> None:
    moment = MOMENT.validate_python("0085-03-09T11:43:29-21:37")
    assert moment.isoformat() == "0085-03-10T09:20:29+00:00"


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-00:01"])
def test_a_moment_outside_the_calendar_of_utc_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="beyond the calendar"):
        MOMENT.validate_python(text)
