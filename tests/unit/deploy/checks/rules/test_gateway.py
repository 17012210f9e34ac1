"""What is found of the gateway."""

from __future__ import annotations

import pytest

from deploy.checks.facts.gateway import Gateway, Probes, Router, TraefikState
from deploy.checks.facts.machine import Workload
from deploy.checks.facts.probe_client import HttpResult
from deploy.stack.load import Load
from tests.support.facts import codes

ROUTER = Router("tiles@file", True, ())


@pytest.mark.parametrize(
    ("open_files", "max_files", "code"),
    [(0, 0, None), (800, 1000, None), (801, 1000, "gateway-files-high")],
)
def test_open_files_near_their_limit_are_found(open_files: int, max_files: int, code: str | None) -> None:
    traefik = TraefikState(HttpResult(200), (ROUTER,), open_files=open_files, max_files=max_files)
    assert codes(Gateway("pid 7", traefik, {}, {}, ())) == ([code] if code else [])


@pytest.mark.parametrize(("is_suspended", "first"), [(True, "gateway-silent"), (False, "machine-overloaded")])
def test_load_explains_a_silent_gateway_unless_it_is_suspended(is_suspended: bool, first: str) -> None:
    silent = TraefikState(HttpResult(0, error="timeout"))
    busy = Workload(Load(60.0, 2), ("yes (99 %)",))
    assert codes(Gateway("pid 7", silent, {}, {}, (), is_suspended), Probes(()), busy)[0] == first
