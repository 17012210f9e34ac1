"""Exports of all data of an account: gathered once, complete, its owner's alone, and gone after a day."""

from __future__ import annotations

import asyncio
import io
import itertools
import random
import zipfile
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from services.auth.app import create_worker
from services.auth.exports import store
from services.auth.exports.rules import EXPORTS_PER_DAY
from services.auth.exports.service import FILES, Exports, PartHandler
from services.auth.sessions.service import SESSIONS
from shared.db import Database
from shared.errors import NotFound
from shared.messaging.contracts import ExportPart
from shared.messaging.outbox import Outbox
from tests.support.auth import PASSWORD, Auth, list_published, problem, settings_for
from tests.support.exports import gather
from tests.support.waiting import eventually

GONE = (404, "export_not_found")


@pytest.fixture
async def ada(auth: Auth) -> dict[str, Any]:
    return await auth.register("ada")


@pytest.fixture
async def db(auth: Auth) -> AsyncIterator[Database]:
    database = Database(auth.database_url, application="worker of a test")
    yield database
    await database.close()


async def ask(auth: Auth, owner: dict[str, Any]) -> int:
    """Request an export; returns its id."""
    response = await auth.request("POST", "/auth/export", owner)
    assert response.status == 202, await response.text()
    return int((await response.json())["id"])


async def send(db: Database, parts: Sequence[ExportPart]) -> None:
    """Deliver parts to auth."""
    handler = PartHandler(Outbox(db, producer="auth"))
    for part in parts:
        async with db.transaction() as conn:
            await handler.keep(conn, part)


def parts_of_others(export_id: int) -> list[ExportPart]:
    """What users and tiles might send."""
    pieces = {
        "users": [("profile/profile.jsonl", '{"bio":"likes teapots"}\n')],
        "tiles": [("pictures/tiles.jsonl", '{"id":1}\n'), ("pictures/tiles.jsonl", '{"id":2}\n')],
    }
    return [
        ExportPart(
            export_id=export_id,
            service=service,
            number=number,
            file=file,
            lines=lines,
            is_last=number == len(of_service) - 1,
        )
        for service, of_service in pieces.items()
        for number, (file, lines) in enumerate(of_service)
    ]


async def complete(auth: Auth, db: Database, owner: dict[str, Any]) -> int:
    """Request an export and let every service send its parts; returns its id."""
    export_id = await ask(auth, owner)
    await send(db, [*await gather(db, "auth", FILES), *parts_of_others(export_id)])
    return export_id


async def download(auth: Auth, owner: dict[str, Any], export_id: int) -> Any:
    return await auth.request("GET", f"/auth/export/{export_id}", owner)


async def unpack(response: Any) -> zipfile.ZipFile:
    assert (response.status, response.content_type) == (200, "application/zip")
    archive = zipfile.ZipFile(io.BytesIO(await response.read()))
    assert archive.testzip() is None
    return archive


async def test_an_export_has_what_all_three_services_sent(
    auth: Auth, db: Database, ada: dict[str, Any]
) -> None:
    archive = await unpack(await download(auth, ada, await complete(auth, db, ada)))
    assert archive.read("pictures/tiles.jsonl") == b'{"id":1}\n{"id":2}\n'
    assert archive.read("profile/profile.jsonl") == b'{"bio":"likes teapots"}\n'
    assert b'"email":"ada@mail.test"' in archive.read("account/account.jsonl")
    assert b'"address":"127.0.0.1"' in archive.read("account/sessions.jsonl")


async def test_an_export_is_not_handed_out_while_parts_are_missing(
    auth: Auth, db: Database, ada: dict[str, Any]
) -> None:
    export_id = await ask(auth, ada)
    own = await gather(db, "auth", FILES)
    *others, last = parts_of_others(export_id)
    await send(db, [*own, *others])
    assert (await download(auth, ada, export_id)).status == 202
    assert (await auth.get("/auth/export", ada))["export"]["completed_at"] is None
    await send(db, [last])
    assert (await download(auth, ada, export_id)).status == 200


async def test_parts_that_come_twice_and_in_any_order_make_the_same_export(
    auth: Auth, db: Database, ada: dict[str, Any]
) -> None:
    export_id = await ask(auth, ada)
    parts = [*await gather(db, "auth", FILES), *parts_of_others(export_id)] * 2
    random.Random(7).shuffle(parts)
    await send(db, parts)
    archive = await unpack(await download(auth, ada, export_id))
    assert archive.read("pictures/tiles.jsonl") == b'{"id":1}\n{"id":2}\n'
    assert sum(mail["purpose"] == "export_ready" for mail in list_published(auth, "mail.requested")) == 1


async def test_of_eight_requests_at_once_one_begins_an_export(auth: Auth, ada: dict[str, Any]) -> None:
    responses = await asyncio.gather(*(auth.request("POST", "/auth/export", ada) for _ in range(8)))
    assert sorted(response.status for response in responses) == [202] + [409] * 7
    assert len(list_published(auth, "export.requested")) == 1


async def test_a_newer_export_takes_the_place_of_the_older(
    auth: Auth, db: Database, ada: dict[str, Any]
) -> None:
    older = await complete(auth, db, ada)
    newer = await complete(auth, db, ada)
    assert await problem(await download(auth, ada, older)) == GONE
    assert (await auth.get("/auth/export", ada))["export"]["id"] == newer


async def test_the_number_of_exports_per_day_is_limited(
    auth: Auth, db: Database, ada: dict[str, Any]
) -> None:
    for _ in range(EXPORTS_PER_DAY):
        await complete(auth, db, ada)
    assert await problem(await auth.request("POST", "/auth/export", ada)) == (429, "too_many_exports")


async def test_nobody_but_its_owner_finds_an_export(auth: Auth, db: Database, ada: dict[str, Any]) -> None:
    export_id = await complete(auth, db, ada)
    for stranger in (
        await auth.register("bob"),
        await auth.register_moderator(),
        await auth.register_admin(),
    ):
        assert await problem(await download(auth, stranger, export_id)) == GONE
        assert await auth.get("/auth/export", stranger) == {"export": None}
    assert (await auth.request("GET", f"/auth/export/{export_id}")).status == 401


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/auth/export"), ("GET", "/auth/export"), ("GET", "/auth/export/1")]
)
async def test_a_bot_gets_no_export(auth: Auth, ada: dict[str, Any], method: str, path: str) -> None:
    draft = {"name": "a bot", "scopes": ["read", "paint"]}
    made = await (await auth.request("POST", "/auth/tokens", ada, json=draft)).json()
    exchange = {"grant_type": "urn:tessera:token", "token": made["token"]}
    bot = await (await auth.call("POST", "/token", json=exchange)).json()
    assert await problem(await auth.request(method, path, bot)) == (403, "insufficient_scope")


async def test_an_export_has_nothing_that_logs_in(auth: Auth, db: Database, ada: dict[str, Any]) -> None:
    draft = {"name": "a bot", "scopes": ["read"]}
    await auth.request("POST", "/auth/tokens", ada, json=draft)
    archive = await unpack(await download(auth, ada, await complete(auth, db, ada)))
    text = b"".join(map(archive.read, archive.namelist()))
    assert b"a bot" in text
    for secret in (PASSWORD, "argon2", ada["refresh_token"], "token_hash", "tsr_"):
        assert secret.encode() not in text


async def test_an_export_takes_the_second_factor_of_an_account_that_has_one(
    auth: Auth, ada: dict[str, Any]
) -> None:
    auth.rows("INSERT INTO totp_secrets SELECT id, 'sealed', now() FROM accounts")
    response = await auth.request("POST", "/auth/export", ada)
    assert await problem(response) == (403, "confirmation_required")


async def test_an_export_is_deleted_after_a_day(
    auth: Auth, db: Database, ada: dict[str, Any], aiohttp_client: Any
) -> None:
    export_id = await complete(auth, db, ada)
    auth.rows("UPDATE exports SET expires_at = expires_at - interval '1 day'")
    assert await problem(await download(auth, ada, export_id)) == GONE
    await aiohttp_client(create_worker(settings_for(auth.database_url)))

    async def is_deleted() -> bool:
        return auth.rows("SELECT count(*) FROM export_parts") == [(0,)]

    await eventually(is_deleted)


async def test_the_download_of_an_export_that_is_deleted_meanwhile_breaks_off(
    auth: Auth, db: Database, ada: dict[str, Any]
) -> None:
    export_id = await complete(auth, db, ada)
    assert auth.client.app is not None
    exports = Exports(db, Outbox(db, producer="auth"), auth.client.app[SESSIONS])
    async with db.connection() as conn:
        export = await store.get(conn, ada["account"]["id"], export_id)
    assert export is not None
    pieces = exports.pack(export)
    assert await anext(pieces)
    auth.rows("DELETE FROM exports")
    with pytest.raises(NotFound):
        async for _ in pieces:
            continue


async def test_an_account_that_is_deleted_while_it_is_exported_leaves_nothing_behind(
    auth: Auth, db: Database, ada: dict[str, Any]
) -> None:
    export_id = await ask(auth, ada)
    first, *_ = parts_of_others(export_id)
    await send(db, [first])
    gone = await auth.call("DELETE", "/account", token=ada["access_token"], json={"password": PASSWORD})
    assert gone.status == 204
    await send(db, parts_of_others(export_id))
    for table in ("exports", "export_parts", "export_jobs"):
        assert auth.rows(f"SELECT count(*) FROM {table}") == [(0,)]


@pytest.mark.parametrize("attempt", range(3))
async def test_parts_that_arrive_during_the_deletion_leave_nothing_behind(
    auth: Auth, db: Database, ada: dict[str, Any], attempt: int
) -> None:
    export_id = await ask(auth, ada)
    parts = itertools.chain(await gather(db, "auth", FILES), parts_of_others(export_id))
    await asyncio.gather(
        *(send(db, [part]) for part in parts),
        auth.call("DELETE", "/account", token=ada["access_token"], json={"password": PASSWORD}),
    )
    assert auth.rows("SELECT count(*) FROM exports") == [(0,)]
    assert auth.rows("SELECT count(*) FROM export_parts") == [(0,)]
