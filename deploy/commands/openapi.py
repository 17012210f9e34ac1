"""`tessera openapi`: write the merged API document that `frontend` serves.

It is a file instead of a document merged per request, so that no service depends on another one to describe
itself. A test fails when the file differs from the route tables.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from deploy.stack.state_dir import REPOSITORY

FILE: Path = REPOSITORY / "frontend" / "static" / "openapi.json"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `openapi` to the commands."""
    about = "write frontend/static/openapi.json from the route tables (for developers)"
    commands.add_parser("openapi", help=about, description=about).set_defaults(command=_openapi)


def document() -> dict[str, Any]:
    """Merge the documents of the three services."""
    # Imported here: no other command needs the services, and importing them takes a second.
    from services.auth import app as auth  # noqa: PLC0415
    from services.tiles import app as tiles  # noqa: PLC0415
    from services.users import app as users  # noqa: PLC0415
    from shared.http.openapi import VERSION, describe, merge  # noqa: PLC0415
    from shared.http.server import API_PREFIX  # noqa: PLC0415

    return merge(
        "Tessera",
        VERSION,
        [
            describe(f"Tessera {service.SERVICE}", VERSION, API_PREFIX, service.FEATURES)
            for service in (auth, users, tiles)
        ],
    )


def _openapi(_: argparse.Namespace) -> int:
    FILE.write_text(json.dumps(document(), indent=1, sort_keys=True) + "\n")
    return 0
