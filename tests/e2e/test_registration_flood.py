"""Floods of registrations through the gateway, with the limits of production: few accounts, and few mails."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

import aiohttp
import psycopg2
import pytest

from deploy.stack.settings.catalogue import settings_of
from deploy.stack.settings.stack import LOCAL_DEFAULTS
from services.auth.settings import AuthSettings
from tests.support.stack import Stack, run_environment
from tests.support.waiting import eventually

FLOOD = 1000
AT_ONCE = 20
NETWORK = "127.0.5.77"
ADDRESSES = [f"127.0.{6 + number // 250}.{1 + number % 250}" for number in range(500)]

DEFAULTS = {name: settings_of("prod")[name].defaults["prod"] for name in LOCAL_DEFAULTS}
LIMITS = AuthSettings.model_fields


def limit(name: str) -> int:
    return int(LIMITS[name].default)


@pytest.fixture(scope="module")
def flooded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    var = tmp_path_factory.mktemp("flooded") / "var"
    stack = Stack(var, {**run_environment(var), **DEFAULTS})
    yield stack
    stack.stop()


@pytest.fixture
async def set_challenge(flooded: Stack) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
    """`await set_challenge("always")` as the admin; afterwards it is as before."""
    async with aiohttp.ClientSession(flooded.url) as http:
        login = await http.post("/api/v1/auth/login", json=flooded.admin_login)
        headers = {"Authorization": f"Bearer {(await login.json())['access_token']}"}

        async def set_to(mode: str) -> None:
            body = {"challenge": mode}
            async with http.put("/api/v1/admin/settings", json=body, headers=headers) as response:
                assert response.status == 200, await response.text()

        yield set_to
        await set_to("auto")


async def read_refusal(response: aiohttp.ClientResponse) -> str:
    """Return why a registration was refused; the gateway's own refusals have no code."""
    if response.content_type == "application/problem+json":
        return str((await response.json())["code"])
    return f"status {response.status}"


async def flood(url: str, addresses: Sequence[str], new_email: Callable[[str], str]) -> Counter[str]:
    """Register FLOOD accounts from these addresses by turns; returns how often there was which answer."""
    outcomes: Counter[str] = Counter()
    turns = itertools.cycle(addresses)
    slots = asyncio.Semaphore(AT_ONCE)

    async def register() -> None:
        name = f"crowd_{secrets.token_hex(6)}"
        body = {"username": name, "email": new_email(name), "password": secrets.token_hex(8)}
        async with slots:
            connector = aiohttp.TCPConnector(local_addr=(next(turns), 0))
            async with (
                aiohttp.ClientSession(url, connector=connector) as http,
                http.post("/api/v1/auth/register", json=body) as response,
            ):
                outcomes["registered" if response.status == 201 else await read_refusal(response)] += 1

    await asyncio.gather(*(register() for _ in range(FLOOD)))
    assert outcomes.total() == FLOOD
    return outcomes


def own_domain(name: str) -> str:
    """An address whose domain nobody else has, so that no limit of domains applies."""
    return f"{name}@{name.replace('_', '-')}.test"


def count_accounts(stack: Stack) -> int:
    with psycopg2.connect((stack.var / "secrets" / "auth_database_url").read_text()) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM accounts WHERE username LIKE 'crowd_%'")
        [count] = cursor.fetchone() or (0,)
    connection.close()
    return int(count)


async def test_a_flood_from_one_network_registers_and_mails_no_more_than_its_limit(
    flooded: Stack, set_challenge: Callable[[str], Awaitable[None]]
) -> None:
    await set_challenge("off")
    before, mails = count_accounts(flooded), count_mails(flooded)
    outcomes = await flood(flooded.url, [NETWORK], own_domain)
    assert 0 < outcomes["registered"] <= limit("registrations_per_address"), outcomes
    assert count_accounts(flooded) - before == outcomes["registered"]

    async def all_are_sent() -> bool:
        return count_mails(flooded) - mails == outcomes["registered"]

    await eventually(all_are_sent)
    assert outcomes["registered"] <= limit("mails_per_address")


async def test_a_flood_from_500_addresses_is_limited_by_its_mail_domain(
    flooded: Stack, set_challenge: Callable[[str], Awaitable[None]]
) -> None:
    await set_challenge("off")
    outcomes = await flood(flooded.url, ADDRESSES, lambda name: f"{name}@flood-of-one-domain.test")
    assert 0 < outcomes["registered"] <= limit("registrations_per_domain"), outcomes


async def test_a_flood_from_500_addresses_and_as_many_domains_meets_the_challenge(flooded: Stack) -> None:
    outcomes = await flood(flooded.url, ADDRESSES, own_domain)
    assert outcomes["registered"] <= limit("registrations_before_challenge"), outcomes
    assert outcomes["challenge_required"] > 0, outcomes


async def test_a_script_that_solves_no_challenge_registers_nobody(
    flooded: Stack, set_challenge: Callable[[str], Awaitable[None]]
) -> None:
    await set_challenge("always")
    before = count_accounts(flooded)
    outcomes = await flood(flooded.url, ADDRESSES, own_domain)
    assert outcomes["registered"] == 0, outcomes
    assert count_accounts(flooded) == before


def count_mails(stack: Stack) -> int:
    """Return how many mails to the crowd were sent."""
    return sum(b"To: crowd_" in file.read_bytes() for file in (stack.var / "mail").glob("*.eml"))
