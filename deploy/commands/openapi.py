"""`python -m deploy.commands.openapi`: write the merged API document that `frontend` serves.

A file rather than an answer put together on request: no service waits for another to describe itself.
tests/unit/test_openapi.py fails when the file is not what the route tables say.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from deploy.stack.state_dir import REPOSITORY
from services.auth import app as auth
from services.tiles import app as tiles
from services.users import app as users
from shared.http.openapi import VERSION, describe, merge
from shared.http.server import API_PREFIX

FILE: Path = REPOSITORY / "frontend" / "static" / "openapi.json"


def document() -> dict[str, Any]:
    """Merge the documents of the three services."""
    return merge(
        "Tessera",
        VERSION,
        [
            describe(f"Tessera {service.SERVICE}", VERSION, API_PREFIX, service.FEATURES)
            for service in (auth, users, tiles)
        ],
    )


if __name__ == "__main__":
    FILE.write_text(json.dumps(document(), indent=1, sort_keys=True) + "\n")
