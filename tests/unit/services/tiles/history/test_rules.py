"""What a tile's history shows."""

from __future__ import annotations

import pytest

from services.tiles.history.rules import check_exists
from shared.errors import NotFound


def test_an_unknown_version_is_not_found() -> None:
    with pytest.raises(NotFound, match="revision_not_found"):
        check_exists(None)
