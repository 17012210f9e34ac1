"""Ports, secrets and the clock: the doctor's first line names what is wrong with them."""

from __future__ import annotations

import os
import socket
import time

from tests.deploy.checks.doctor.patient import Patient, listens

from tests.deploy.test_process import until


def test_a_port_that_was_taken_from_a_process(patient: Patient) -> None:
    port = patient.native.ports["frontend"]
    with patient.without("frontend"):
        until(lambda: not listens(port), 5)
        with socket.create_server(("127.0.0.1", port)):
            code, cause = patient.headline()
    assert code == "port-taken"
    assert cause.startswith(f"port {port} (frontend) is held by pid {os.getpid()}: ")


def test_a_secret_that_is_missing(patient: Patient) -> None:
    secret = patient.var / "secrets" / "auth_secret"
    secret.rename(secret.with_suffix(".away"))
    try:
        code, cause = patient.headline()
    finally:
        secret.with_suffix(".away").rename(secret)
    assert code == "secret-missing"
    assert str(secret) in cause


def test_a_clock_that_was_turned_back(patient: Patient) -> None:
    log = patient.logs / "postgres.log"
    os.utime(log, (time.time() + 3600, time.time() + 3600))
    try:
        code, cause = patient.headline()
    finally:
        os.utime(log)
    assert code == "clock-wrong"
    assert "tokens" in cause
