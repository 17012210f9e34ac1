"""The documents that are generated from code are what the code would generate now."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.commands.documents import documents


@pytest.mark.parametrize("path", documents(), ids=lambda path: Path(path).name)
def test_a_generated_document_is_current(path: Path) -> None:
    assert path.read_text() == documents()[path], "run `make docs`"
