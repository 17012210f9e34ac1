"""The API document, and what every response has in common."""

from __future__ import annotations

from tests.support.auth import Auth, problem

SERVED = {
    "/.well-known/jwks.json": {"get"},
    "/api/v1/auth/register": {"post"},
    "/api/v1/auth/digest/stop": {"post"},
    "/api/v1/auth/registration": {"get"},
    "/api/v1/auth/challenge": {"get"},
    "/api/v1/auth/login": {"post"},
    "/api/v1/auth/login/second-factor": {"post"},
    "/api/v1/auth/second-factor": {"get"},
    "/api/v1/auth/totp": {"post", "delete"},
    "/api/v1/auth/totp/confirm": {"post"},
    "/api/v1/auth/recovery-codes": {"post"},
    "/api/v1/auth/confirm": {"post"},
    "/api/v1/auth/passkeys": {"get", "post"},
    "/api/v1/auth/passkeys/options": {"post"},
    "/api/v1/auth/passkeys/{passkey_id}": {"delete"},
    "/api/v1/auth/passkeys/login": {"post"},
    "/api/v1/auth/passkeys/login/options": {"post"},
    "/api/v1/auth/tokens": {"get", "post"},
    "/api/v1/auth/tokens/{token_id}": {"delete"},
    "/api/v1/auth/token": {"post"},
    "/api/v1/auth/refresh": {"post"},
    "/api/v1/auth/logout": {"post"},
    "/api/v1/auth/logout-all": {"post"},
    "/api/v1/auth/me": {"get"},
    "/api/v1/auth/sessions": {"get"},
    "/api/v1/auth/sessions/{session_id}": {"delete"},
    "/api/v1/auth/ws-ticket": {"post"},
    "/api/v1/auth/verify-email": {"post"},
    "/api/v1/auth/confirm-email": {"post"},
    "/api/v1/auth/reset-password": {"post"},
    "/api/v1/auth/confirm-password-reset": {"post"},
    "/api/v1/auth/password": {"put"},
    "/api/v1/auth/email": {"put"},
    "/api/v1/auth/email/confirm": {"post"},
    "/api/v1/auth/one-time-password": {"post"},
    "/api/v1/auth/account": {"delete"},
    "/api/v1/auth/providers": {"get"},
    "/api/v1/auth/oidc/{provider}/start": {"get"},
    "/api/v1/auth/oidc/{provider}/callback": {"get"},
    "/api/v1/auth/oidc/register": {"post"},
    "/api/v1/auth/identities": {"get"},
    "/api/v1/auth/identities/{provider}": {"post", "delete"},
    "/api/v1/auth/export": {"get", "post"},
    "/api/v1/auth/export/{export_id}": {"get"},
    "/api/v1/admin/settings": {"get", "put"},
    "/api/v1/admin/invitations": {"get", "post"},
    "/api/v1/admin/invitations/{invitation_id}": {"delete"},
    "/api/v1/admin/invitations/{invitation_id}/accounts": {"get"},
}


async def test_every_operation_is_documented(auth: Auth) -> None:
    document = await (await auth.client.get("/openapi.json")).json()
    assert {path: set(methods) for path, methods in document["paths"].items()} == SERVED


async def test_a_body_that_a_cookie_can_replace_is_optional(auth: Auth) -> None:
    document = await (await auth.client.get("/openapi.json")).json()
    bodies = {
        path: operation["requestBody"]["required"]
        for path, methods in document["paths"].items()
        for operation in methods.values()
        if "requestBody" in operation
    }
    assert {path for path, required in bodies.items() if not required} == {
        "/api/v1/auth/logout",
        "/api/v1/auth/refresh",
    }
    assert len(bodies) == 25


async def test_every_response_identifies_the_service(auth: Auth) -> None:
    for response in (
        await auth.call("GET", "/me"),
        await auth.call("GET", "/nothing"),
        await auth.call("GET", "/login"),
    ):
        await problem(response)
        assert response.headers["X-Service"] == "auth"
        assert response.headers["X-Request-Id"]
        assert response.headers["Cache-Control"] == "no-store"


async def test_an_unknown_path_and_a_wrong_method_are_problems(auth: Auth) -> None:
    assert await problem(await auth.call("GET", "/nothing")) == (404, "not_found")
    response = await auth.call("GET", "/login")
    assert await problem(response) == (405, "method_not_allowed")
    assert response.headers["Allow"] == "POST"


async def test_ready_names_what_was_checked(auth: Auth) -> None:
    assert await (await auth.client.get("/ready")).json() == {
        "status": "ready",
        "checked": ["postgres", "keys"],
    }
