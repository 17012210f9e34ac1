"""The test vectors of docs/live.md."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

_TEXT = (Path(__file__).parents[2] / "docs/live.md").read_text()


def vectors(block: str) -> list[dict[str, Any]]:
    """The entries of a block of the document: `vectors` or `malformed`."""
    found = re.search(rf"^```json {block}\n(.*?)^```$", _TEXT, re.DOTALL | re.MULTILINE)
    assert found is not None
    return list(json.loads(found[1]))
