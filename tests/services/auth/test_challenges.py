"""A registration under load takes a solved challenge, which is accepted once, by whichever process."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import timedelta
from typing import Any

import altcha
import pytest

from services.auth.challenges import service
from tests.support.auth import Auth, StartAuth, fields_at_fault, problem

REQUIRED = (422, "challenge_required")


@pytest.fixture
async def admin(auth: Auth) -> dict[str, Any]:
    """An admin of a site where every registration takes a challenge."""
    admin = await auth.register_admin()
    await auth.set_policy(admin, challenge="always")
    return admin


async def solve(auth: Auth) -> str:
    """Solve a challenge as a client of ALTCHA does, and return the payload."""
    challenge = altcha.Challenge.from_dict(await auth.get("/auth/challenge"))
    solution = await asyncio.to_thread(altcha.solve_challenge, challenge)
    assert solution is not None
    return altcha.Payload(challenge, solution).to_base64()


async def register(auth: Auth, payload: str | None = None, **fields: Any) -> Any:
    challenge = {} if payload is None else {"challenge": payload}
    return await auth.call("POST", "/register", json=auth.registration(**challenge, **fields))


async def test_without_a_solved_challenge_the_refusal_names_the_field(
    auth: Auth, admin: dict[str, Any]
) -> None:
    response = await register(auth)
    assert await problem(response) == REQUIRED
    assert (await response.json())["errors"][0]["loc"] == ["body", "challenge"]
    assert await auth.get("/auth/registration") == {"registration": "open", "challenge_required": True}


async def test_a_solved_challenge_is_accepted_by_another_process(
    auth: Auth, admin: dict[str, Any], start_auth: StartAuth, database_url: str
) -> None:
    other = await start_auth(database_url)
    assert (await register(other, await solve(auth), username="ada", email="ada@mail.test")).status == 201


@pytest.mark.parametrize("took", ["Infinity", "NaN", '"\\ud800"'])
async def test_json_that_parsers_disagree_on_leaves_a_solution_readable(
    auth: Auth, admin: dict[str, Any], took: str
) -> None:
    solved = json.loads(base64.b64decode(await solve(auth)))
    solved["solution"]["time"] = "took"
    payload = base64.b64encode(json.dumps(solved).replace('"took"', took).encode()).decode()
    assert (await register(auth, payload)).status == 201
    again = await register(auth, payload, username="bob", email="bob@mail.test")
    assert await problem(again) == REQUIRED


async def test_of_eight_who_send_one_solution_at_once_one_registers(
    auth: Auth, admin: dict[str, Any]
) -> None:
    payload = await solve(auth)
    responses = await asyncio.gather(*(register(auth, payload) for _ in range(8)))
    assert sorted(response.status for response in responses) == [201] + [422] * 7
    refused = next(response for response in responses if response.status == 422)
    assert await problem(refused) == REQUIRED


async def test_an_expired_challenge_is_refused(
    auth: Auth, admin: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LIFETIME", timedelta(seconds=-1))
    assert await problem(await register(auth, await solve(auth))) == REQUIRED


@pytest.mark.parametrize("part", ["counter", "derivedKey", "cost", "expiresAt", "signature"])
async def test_a_challenge_that_was_made_easier_is_refused(
    auth: Auth, admin: dict[str, Any], part: str
) -> None:
    payload = json.loads(base64.b64decode(await solve(auth)))
    forged = {"counter": 1, "derivedKey": "00" * 32, "cost": 1, "expiresAt": 2_000_000_000, "signature": "00"}
    for holder in (payload["solution"], payload["challenge"], payload["challenge"]["parameters"]):
        if part in holder:
            holder[part] = forged[part]
    response = await register(auth, base64.b64encode(json.dumps(payload).encode()).decode())
    assert await problem(response) == REQUIRED


@pytest.mark.parametrize("payload", ["x", "e30=", "W10=", "bnVsbA==", "ä", "[" * 3000])
async def test_what_is_no_solution_at_all_is_refused(auth: Auth, admin: dict[str, Any], payload: str) -> None:
    assert await problem(await register(auth, payload)) == REQUIRED


async def test_a_solution_that_is_too_long_is_invalid(auth: Auth, admin: dict[str, Any]) -> None:
    assert await fields_at_fault(await register(auth, "x" * 4001)) == {"body.challenge"}


async def test_a_flood_of_registrations_switches_the_challenge_on_by_itself(
    start_auth: StartAuth, database_url: str
) -> None:
    auth = await start_auth(database_url, registrations_before_challenge=2)
    assert await auth.get("/auth/registration") == {"registration": "open", "challenge_required": False}
    await auth.register()
    await auth.register()
    assert await auth.get("/auth/registration") == {"registration": "open", "challenge_required": True}
    assert await problem(await register(auth)) == REQUIRED
    assert (await register(auth, await solve(auth))).status == 201


async def test_an_admin_can_switch_it_off(start_auth: StartAuth, database_url: str) -> None:
    auth = await start_auth(database_url, registrations_before_challenge=0)
    auth.rows("INSERT INTO policy (id, registration, challenge) VALUES (1, 'open', 'off')")
    await auth.register()
