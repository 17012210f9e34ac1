"""The search for secrets in the logs of whole stacks (tests/support/leaks.py) recognises all of them."""

from __future__ import annotations

import time
from pathlib import Path

import aiohttp
import pyotp

from tests.support.leaks import leaks, new_password, secrets_in
from tests.support.mailbox import Mailbox
from tests.support.stack import Stack


async def test_everything_issued_is_recognised_as_a_secret(stack: Stack) -> None:
    name = f"leak_{time.time_ns()}"
    login = {"username": name, "password": new_password()}
    async with aiohttp.ClientSession(f"{stack.url}/api/v1/auth/") as http:
        registration = {**login, "email": f"{name}@mail.test"}
        async with http.post("register", json=registration) as response:
            session = await response.json()
        bearer = {"Authorization": f"Bearer {session['access_token']}"}
        async with http.post("ws-ticket", headers=bearer) as response:
            ticket = (await response.json())["ticket"]
        bot = {"name": "a bot", "scopes": ["paint"]}
        async with http.post("tokens", headers=bearer, json=bot) as response:
            bot_token = (await response.json())["token"]
        async with http.post("totp", headers=bearer) as response:
            app = pyotp.TOTP((await response.json())["secret"])
        code = {"code": app.now()}
        async with http.post("totp/confirm", headers=bearer, json=code) as response:
            recovery_code = (await response.json())["recovery_codes"][0]
        async with http.post("refresh", json={"refresh_token": session["refresh_token"]}) as response:
            second = await response.json()
        async with http.post("reset-password", json={"email": registration["email"]}) as response:
            assert response.status == 202
        async with http.post("login", json=login) as response:
            challenge = (await response.json())["challenge"]
        proof = {"challenge": challenge, "code": recovery_code}
        browser = {"X-Tessera-Client": "browser"}
        async with http.post("login/second-factor", json=proof, headers=browser) as response:
            cookie = response.cookies["tessera_refresh"].value
    database_url = (stack.var / "secrets" / "auth_database_url").read_text()
    mailed = await Mailbox(stack.var / "mail", database_url).token("reset_password")
    for secret in (
        login["password"],
        session["access_token"],
        session["refresh_token"],
        second["refresh_token"],
        ticket,
        bot_token,
        challenge,
        recovery_code,
        cookie,
        mailed,
    ):
        assert secrets_in(f'{{"event": "said", "value": "{secret}"}}') == {secret}
        assert secrets_in(f"GET /?token={secret} HTTP/1.1") == {secret}


def test_a_secret_in_any_log_is_found(tmp_path: Path) -> None:
    for folder in ("log", "secrets"):
        (tmp_path / folder).mkdir()
    (tmp_path / "secrets" / "auth_broker_url").write_text("amqp://auth:kept-secret@127.0.0.1:1/")
    (tmp_path / "log" / "auth-web.log").write_text("no harm in amqp://auth@127.0.0.1:1/\n")
    assert leaks(tmp_path, "told-once", None) == {}
    (tmp_path / "log" / "tiles-worker.log").write_text("cannot reach amqp://auth:kept-secret@127.0.0.1:1/")
    (tmp_path / "log" / "auth-web.log").write_text("the admin's password is told-once\n")
    assert leaks(tmp_path, "told-once", None) == {
        "tiles-worker.log": {"kept-secret"},
        "auth-web.log": {"told-once"},
    }
