"""Ports, secrets and the clock: the doctor's first line names what is wrong with them."""

from __future__ import annotations

import os
import socket
import time

from tests.support.stack_under_test import StackUnderTest, listens
from tests.support.waiting import until


def test_a_port_that_was_taken_from_a_process(under_test: StackUnderTest) -> None:
    port = under_test.native.ports["frontend"]
    with under_test.without("frontend"):
        until(lambda: not listens(port))
        with socket.create_server(("127.0.0.1", port)):
            cause = under_test.first_line("port-taken")
    assert cause.startswith(f"port {port} (frontend) is held by pid {os.getpid()}: ")


def test_a_secret_that_is_missing(under_test: StackUnderTest) -> None:
    secret = under_test.var / "secrets" / "auth_secret"
    secret.rename(secret.with_suffix(".away"))
    try:
        cause = under_test.first_line("secret-missing")
    finally:
        secret.with_suffix(".away").rename(secret)
    assert str(secret) in cause


def test_a_clock_that_was_turned_back(under_test: StackUnderTest) -> None:
    log = under_test.logs / "postgres.log"
    os.utime(log, (time.time() + 3600, time.time() + 3600))
    try:
        cause = under_test.first_line("clock-wrong")
    finally:
        os.utime(log)
    assert "tokens" in cause
