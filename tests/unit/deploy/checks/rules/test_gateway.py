"""What is found of the gateway."""

from __future__ import annotations

import pytest

from deploy.checks.facts.gateway import Gateway, Router, TraefikState
from deploy.checks.facts.probe_client import HttpResult
from tests.support.facts import codes

ROUTER = Router("tiles@file", True, ())


@pytest.mark.parametrize(
    ("open_files", "max_files", "code"),
    [(0, 0, None), (800, 1000, None), (801, 1000, "gateway-files-high")],
)
def test_open_files_near_their_limit_are_found(open_files: int, max_files: int, code: str | None) -> None:
    traefik = TraefikState(HttpResult(200), (ROUTER,), open_files=open_files, max_files=max_files)
    assert codes(Gateway("pid 7", traefik, {}, {}, ())) == ([code] if code else [])
