"""Secrets must not appear in logs, in problems or in representations."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest

from services.auth.accounts.model import Account, Status
from services.auth.lifecycle.schemas import Registration
from services.auth.sessions.rules import Grant
from services.auth.sessions.schemas import Login, SessionView
from shared.logs import configure_logs
from tests.support.auth import PASSWORD, SECRET, Auth, settings_for
from tests.support.mailbox import Mailbox

ADA = Account(1, "ada", "ada@mail.test", False, (), Status.ACTIVE, datetime(2024, 1, 1, tzinfo=UTC))


async def test_no_password_or_token_is_logged(
    auth: Auth, mailbox: Mailbox, capfd: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    configure_logs("auth", "auth-1", "debug")
    try:
        session = await auth.register("ada")
        await auth.call("POST", "/register", json=auth.registration("ada", password=PASSWORD * 20))
        await auth.login("ada", "a-wrong-password-1")
        await auth.login("a-mistyped-password-1")
        ticket = await (await auth.call("POST", "/ws-ticket", token=session["access_token"])).json()
        refreshed = await (await auth.refresh(session["refresh_token"])).json()
        await auth.refresh(refreshed["refresh_token"])
        assert (await auth.refresh(session["refresh_token"])).status == 401
        await auth.call("GET", "/me", token=session["access_token"] + "x")
        await auth.call("POST", "/logout", json={"refresh_token": refreshed["refresh_token"]})
        again = await (await auth.login("ada")).json()
        await auth.call("POST", "/reset-password", json={"email": "ada@mail.test"})
        mailed = await mailbox.token("reset_password")
        reset = {"token": mailed, "new_password": "another-teapot-50"}
        await auth.call("POST", "/confirm-password-reset", json={**reset, "new_password": "password1"})
        await auth.call("POST", "/confirm-password-reset", json=reset)
        await auth.call(
            "DELETE", "/account", token=again["access_token"], json={"password": "a-guessed-password-1"}
        )
        await mailbox.wait_for_mail("password_changed")
    finally:
        root.handlers, root.level = handlers, level
    logged = capfd.readouterr()
    secrets = [
        PASSWORD,
        "a-wrong-password-1",
        "a-mistyped-password-1",
        SECRET,
        session["access_token"],
        session["refresh_token"],
        refreshed["access_token"],
        refreshed["refresh_token"],
        ticket["ticket"],
        again["access_token"],
        mailed,
        "another-teapot-50",
        "a-guessed-password-1",
        "argon2id",
    ]
    assert "refresh token reused" in logged.out + logged.err
    assert [secret for secret in secrets if secret in logged.out + logged.err] == []


async def test_a_refused_password_is_not_repeated_in_the_problem(auth: Auth) -> None:
    for password in ("short-1", "newcomer-2024", "x" * 200):
        response = await auth.call("POST", "/register", json=auth.registration("newcomer", password=password))
        assert response.status == 422
        assert password not in await response.text()


def test_representations_contain_no_secrets() -> None:
    wanted = Registration.model_validate_json(
        '{"username": "ada", "email": "ada@mail.test", "password": "wobbly-teapot-49"}'
    )
    login = Login.model_validate_json('{"username": "ada", "password": "wobbly-teapot-49"}')
    session = SessionView.of(Grant(ADA, "access-1", "refresh-1", timedelta(1)))
    shown = repr(
        [
            Grant(ADA, "access-1", "refresh-1", timedelta(1)),
            wanted,
            login,
            session,
            settings_for("postgresql://auth:hidden@h/d"),
        ]
    )
    for secret in ("wobbly-teapot-49", "access-1", "refresh-1", SECRET, "hidden"):
        assert secret not in shown
