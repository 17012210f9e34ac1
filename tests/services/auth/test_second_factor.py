"""Second factors: set up, used at login, lost, required by the site, and confirmed before changes."""

from __future__ import annotations

import asyncio
import secrets
from types import SimpleNamespace
from typing import Any

import jwt
import pyotp
import pytest
from webauthn.helpers import bytes_to_base64url

from services.auth.factors import service
from tests.support.auth import PASSWORD, Auth, StartAuth, fields_at_fault, list_published, problem
from tests.support.authenticators import add_passkey
from tests.support.mailbox import Mailbox

BAD_LOGIN = (401, "bad_code")
BAD_CODE = (403, "bad_code")


NOW = 1_750_000_005
"""UNIX time by the clock of the service: five seconds into a step."""


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no step of 30 seconds end during a test."""
    monkeypatch.setattr(service, "time", SimpleNamespace(time=lambda: float(NOW)))


class Phone:
    """An authenticator app; it shows each code once, so that a test never repeats one by accident."""

    def __init__(self, secret: str) -> None:
        self._totp = pyotp.TOTP(secret)
        self._step = NOW // 30 - 2

    def code(self, skew: int = 0) -> str:
        """Return the code of a clock that is so many seconds ahead."""
        return self._totp.at(NOW + skew)

    def next_code(self) -> str:
        """Return the next code that was not shown yet, of those that are valid now."""
        self._step += 1
        return self._totp.generate_otp(self._step)


async def enrol(auth: Auth, session: dict[str, Any]) -> tuple[Phone, list[str]]:
    """Set up an app; return it and the recovery codes."""
    made = await (await auth.request("POST", "/auth/totp", session)).json()
    phone = Phone(made["secret"])
    response = await auth.request("POST", "/auth/totp/confirm", session, json={"code": phone.next_code()})
    assert response.status == 200, await response.text()
    return phone, (await response.json())["recovery_codes"]


async def begin_login(auth: Auth, username: str) -> dict[str, Any]:
    response = await auth.login(username)
    assert await problem(response) == (401, "second_factor_required")
    answer: dict[str, Any] = await response.json()
    return answer


async def finish_login(auth: Auth, login: dict[str, Any], code: str) -> Any:
    body = {"challenge": login["challenge"], "code": code}
    return await auth.call("POST", "/login/second-factor", json=body)


@pytest.fixture
async def ada(auth: Auth) -> dict[str, Any]:
    return await auth.register("ada")


def claims(session: dict[str, Any]) -> dict[str, Any]:
    return jwt.decode(session["access_token"], options={"verify_signature": False})


async def test_a_login_takes_the_code_of_the_app(auth: Auth, ada: dict[str, Any]) -> None:
    phone, _ = await enrol(auth, ada)
    login = await begin_login(auth, "ada")
    assert login["methods"] == ["totp", "recovery"]
    assert await problem(await finish_login(auth, login, "000000")) == BAD_LOGIN
    session = await (await finish_login(auth, login, phone.next_code())).json()
    assert (await auth.get("/auth/me", session))["username"] == "ada"


async def test_a_wrong_password_does_not_tell_whether_there_is_a_second_factor(
    auth: Auth, ada: dict[str, Any]
) -> None:
    await enrol(auth, ada)
    assert await problem(await auth.login("ada", "a wrong one")) == (401, "bad_credentials")


async def test_an_app_counts_only_once_one_of_its_codes_was_seen(auth: Auth, ada: dict[str, Any]) -> None:
    await auth.request("POST", "/auth/totp", ada)
    response = await auth.request("POST", "/auth/totp/confirm", ada, json={"code": "000000"})
    assert await problem(response) == BAD_CODE
    assert (await auth.login("ada")).status == 200
    assert await auth.get("/auth/second-factor", ada) == {
        "totp": False,
        "passkeys": 0,
        "recovery_codes": 0,
        "is_required": False,
    }


@pytest.mark.parametrize("code", ["\u00a7", "\u0661\u0662\u0663\u0664\u0665\u0666", "\U0001d7d9" * 6, " "])
async def test_what_is_no_six_digits_confirms_no_app(auth: Auth, ada: dict[str, Any], code: str) -> None:
    await auth.request("POST", "/auth/totp", ada)
    response = await auth.request("POST", "/auth/totp/confirm", ada, json={"code": code})
    assert await problem(response) == BAD_CODE


async def test_a_second_app_is_refused_while_there_is_one(auth: Auth, ada: dict[str, Any]) -> None:
    phone, _ = await enrol(auth, ada)
    assert await problem(await auth.request("POST", "/auth/totp", ada)) == (409, "totp_active")
    login = await begin_login(auth, "ada")
    assert (await finish_login(auth, login, phone.next_code())).status == 200


async def test_a_code_works_once_although_eight_try_it_at_the_same_time(
    auth: Auth, ada: dict[str, Any]
) -> None:
    phone, _ = await enrol(auth, ada)
    code = phone.next_code()
    logins = [await begin_login(auth, "ada") for _ in range(8)]
    responses = await asyncio.gather(*(finish_login(auth, login, code) for login in logins))
    assert sorted(response.status for response in responses) == [200] + [401] * 7


async def test_a_pending_login_opens_one_session(auth: Auth, ada: dict[str, Any]) -> None:
    _, codes = await enrol(auth, ada)
    login = await begin_login(auth, "ada")
    responses = await asyncio.gather(*(finish_login(auth, login, code) for code in codes[:8]))
    assert sorted(response.status for response in responses) == [200] + [401] * 7


@pytest.mark.parametrize(("skew", "status"), [(-30, 200), (30, 200), (-90, 401), (90, 401)])
async def test_the_clock_of_a_phone_may_be_off_by_half_a_minute(
    auth: Auth, ada: dict[str, Any], skew: int, status: int
) -> None:
    phone, _ = await enrol(auth, ada)
    auth.rows("UPDATE totp_secrets SET last_step = NULL")
    login = await begin_login(auth, "ada")
    assert (await finish_login(auth, login, phone.code(skew))).status == status


async def test_a_recovery_code_stands_in_for_a_lost_phone_once(auth: Auth, ada: dict[str, Any]) -> None:
    _, codes = await enrol(auth, ada)
    assert len(codes) == 10
    spelled = codes[0].lower().replace("-", " ")
    assert (await finish_login(auth, await begin_login(auth, "ada"), spelled)).status == 200
    again = await finish_login(auth, await begin_login(auth, "ada"), codes[0])
    assert await problem(again) == BAD_LOGIN
    assert (await auth.get("/auth/second-factor", ada))["recovery_codes"] == 9


async def test_new_recovery_codes_void_the_older_ones(auth: Auth, ada: dict[str, Any]) -> None:
    _, old = await enrol(auth, ada)
    response = await auth.request("POST", "/auth/recovery-codes", ada)
    new = (await response.json())["recovery_codes"]
    login = await begin_login(auth, "ada")
    assert (await finish_login(auth, login, old[0])).status == 401
    assert (await finish_login(auth, login, new[0])).status == 200


async def test_codes_are_counted_so_that_nobody_can_try_them_all(
    start_auth: StartAuth, database_url: str
) -> None:
    auth = await start_auth(database_url, code_failures_per_account=3)
    phone, _ = await enrol(auth, await auth.register("ada"))
    login = await begin_login(auth, "ada")
    statuses = [(await finish_login(auth, login, f"{guess:06}")).status for guess in range(3)]
    assert statuses == [401] * 3
    refused = await finish_login(auth, await begin_login(auth, "ada"), phone.next_code())
    assert await problem(refused) == (429, "too_many_logins")


async def test_a_pending_login_expires(auth: Auth, ada: dict[str, Any]) -> None:
    phone, _ = await enrol(auth, ada)
    login = await begin_login(auth, "ada")
    auth.rows("UPDATE pending_logins SET expires_at = now()")
    assert await problem(await finish_login(auth, login, phone.next_code())) == BAD_LOGIN


async def test_a_new_password_ends_a_pending_login(auth: Auth, ada: dict[str, Any]) -> None:
    phone, _ = await enrol(auth, ada)
    login = await begin_login(auth, "ada")
    change = {"current_password": PASSWORD, "new_password": "another-teapot-50"}
    assert (await auth.request("PUT", "/auth/password", ada, json=change)).status == 204
    assert await problem(await finish_login(auth, login, phone.next_code())) == BAD_LOGIN


async def test_secrets_are_encrypted_and_codes_are_stored_as_hashes(auth: Auth, ada: dict[str, Any]) -> None:
    made = await (await auth.request("POST", "/auth/totp", ada)).json()
    await auth.request("POST", "/auth/totp/confirm", ada, json={"code": Phone(made["secret"]).next_code()})
    [(sealed,)] = auth.rows("SELECT sealed_secret FROM totp_secrets")
    assert made["secret"].encode() not in bytes(sealed)
    assert made["secret"] in made["uri"]
    assert made["qr_code"].startswith("<svg")


async def test_removing_the_app_takes_the_password(auth: Auth, ada: dict[str, Any]) -> None:
    await enrol(auth, ada)
    wrong = await auth.request("DELETE", "/auth/totp", ada, json={"password": "a wrong one"})
    assert await problem(wrong) == (403, "bad_credentials")
    right = await auth.request("DELETE", "/auth/totp", ada, json={"password": PASSWORD})
    assert right.status == 204
    assert (await auth.login("ada")).status == 200
    assert auth.rows("SELECT count(*) FROM recovery_codes") == [(0,)]


async def test_the_owner_hears_of_a_new_factor_by_mail(auth: Auth, mailbox: Mailbox) -> None:
    await enrol(auth, await auth.register("ada"))
    mail = await mailbox.wait_for_mail("second_factor_changed")
    assert mail["To"] == "ada@mail.test"


async def test_a_moderator_without_a_required_factor_has_no_role_until_one_is_set_up(auth: Auth) -> None:
    admin = await auth.register_admin()
    await auth.set_policy(admin, second_factor="moderators")
    mona = await auth.register_moderator()
    assert claims(mona)["roles"] == []
    assert (await auth.get("/auth/second-factor", mona))["is_required"]
    await enrol(auth, mona)
    renewed = await (await auth.refresh(mona["refresh_token"])).json()
    assert claims(renewed)["roles"] == ["moderator"]


async def test_an_artist_without_a_required_factor_may_only_set_one_up(auth: Auth) -> None:
    admin = await auth.register_admin()
    await auth.set_policy(admin, second_factor="everybody")
    ada = await auth.register("ada")
    assert claims(ada)["scope"] == "account read"
    await enrol(auth, ada)
    assert "scope" not in claims(await (await auth.refresh(ada["refresh_token"])).json())


async def test_requiring_a_factor_revokes_the_tokens_of_all_who_have_a_role(auth: Auth) -> None:
    admin = await auth.register_admin()
    await auth.set_policy(admin, second_factor="moderators")
    revoked = list_published(auth, "session.revoked")
    assert [(event["account_id"], event["session_id"]) for event in revoked] == [
        (admin["account"]["id"], None)
    ]


async def test_saving_the_settings_as_they_are_revokes_no_tokens(auth: Auth) -> None:
    admin = await auth.register_admin()
    await auth.set_policy(admin, second_factor="optional", registration="closed")
    assert list_published(auth, "session.revoked") == []


async def test_a_change_by_an_admin_with_a_factor_takes_one_from_the_last_ten_minutes(auth: Auth) -> None:
    admin = await auth.register_admin()
    phone, _ = await enrol(auth, admin)
    await auth.set_policy(admin, registration="closed")
    auth.rows("UPDATE sessions SET confirmed_at = now() - interval '11 minutes'")
    for method, path, body in (
        ("PUT", "/admin/settings", {"registration": "open"}),
        ("POST", "/admin/invitations", {}),
        ("DELETE", "/admin/invitations/1", None),
        ("POST", "/auth/recovery-codes", None),
    ):
        given = {} if body is None else {"json": body}
        refused = await auth.request(method, path, admin, **given)
        assert await problem(refused) == (403, "confirmation_required")
    wrong = await auth.request("POST", "/auth/confirm", admin, json={"code": "000000"})
    assert await problem(wrong) == BAD_CODE
    right = await auth.request("POST", "/auth/confirm", admin, json={"code": phone.next_code()})
    assert right.status == 204
    await auth.set_policy(admin, registration="open")


async def test_a_login_with_the_second_factor_counts_as_confirmed(auth: Auth) -> None:
    admin = await auth.register_admin()
    phone, _ = await enrol(auth, admin)
    login = await begin_login(auth, admin["account"]["username"])
    session = await (await finish_login(auth, login, phone.next_code())).json()
    await auth.set_policy(session, registration="closed")


@pytest.mark.parametrize(
    "assertion", [{}, {"id": "AAAA"}, {"id": 1, "response": {"clientDataJSON": "e30"}}, {"response": None}]
)
async def test_what_is_no_passkey_logs_nobody_in(auth: Auth, assertion: dict[str, Any]) -> None:
    response = await auth.call("POST", "/passkeys/login", json={"assertion": assertion})
    assert await problem(response) == (401, "bad_passkey")


async def test_what_is_no_passkey_is_not_added(auth: Auth, ada: dict[str, Any]) -> None:
    body = {"name": "Phone", "credential": {"id": "AAAA"}}
    response = await auth.request("POST", "/auth/passkeys", ada, json=body)
    assert await fields_at_fault(response) == {"body.credential"}


async def test_a_passkey_whose_id_is_longer_than_any_device_makes_is_refused(
    auth: Auth, ada: dict[str, Any]
) -> None:
    assert (await add_passkey(auth, ada, bytes(1023))).status == 201
    too_long = await add_passkey(auth, ada, secrets.token_bytes(8_000))
    assert await fields_at_fault(too_long) == {"body.credential"}


async def test_only_the_owner_of_a_session_learns_the_passkeys_that_would_confirm_it(
    auth: Auth, ada: dict[str, Any]
) -> None:
    assert (await add_passkey(auth, ada, b"a key of ada")).status == 201
    bob = await auth.register("bob")
    named = []
    for session in (ada, bob, None):
        response = await auth.request("POST", "/auth/passkeys/login/options", session, json={})
        named.append([one["id"] for one in (await response.json())["options"]["allowCredentials"]])
    assert named == [[bytes_to_base64url(b"a key of ada")], [], []]


async def test_a_passkey_that_does_not_exist_is_not_found(auth: Auth, ada: dict[str, Any]) -> None:
    response = await auth.request("DELETE", "/auth/passkeys/7", ada)
    assert await problem(response) == (404, "passkey_not_found")


@pytest.mark.parametrize("body", [{}, {"code": "123456", "assertion": {}}])
async def test_a_proof_is_either_a_code_or_a_passkey(
    auth: Auth, ada: dict[str, Any], body: dict[str, Any]
) -> None:
    assert await fields_at_fault(await auth.request("POST", "/auth/confirm", ada, json=body)) == {"body"}
