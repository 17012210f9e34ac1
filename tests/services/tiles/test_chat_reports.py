"""Reports of messages: moderators get them once, with what was written around them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.tiles.chat import store
from shared.db import Database
from tests.support.chat import read, written
from tests.support.messaging import sql
from tests.support.tiles import TilesClient, account_id, outcome
from tests.support.users import list_outbox


async def reported(
    tiles: TilesClient, by: str | None, canvas_id: int, message_id: int, **body: Any
) -> tuple[int, str | None]:
    path = f"/canvases/{canvas_id}/messages/{message_id}/report"
    return await outcome(await tiles.call(by, "POST", path, json=body or {"reason": "spam"}))


async def list_reports(db: Database) -> list[dict[str, Any]]:
    return [one["data"] for one in await list_outbox(db) if one["type"] == "message.reported"]


async def write_many(tiles: TilesClient, canvas_id: int, count: int) -> list[int]:
    """Store messages of ann as if they had been written over a minute, and return their ids."""
    first = await written(tiles, "ann", canvas_id, "0")
    await sql(
        tiles.database_url,
        "WITH chat AS (UPDATE chats SET seq = seq + 1000 RETURNING seq)"
        " INSERT INTO messages (canvas_id, seq, author_id, text, created_at)"
        f" SELECT {canvas_id}, chat.seq - 1000 + number, {account_id('ann')}, number, now()"
        f" FROM chat, generate_series(1, {count - 1}) AS number",
    )
    listed = (await read(tiles, None, canvas_id))["items"]
    assert listed[0]["id"] == first["id"]
    return [int(one["id"]) for one in listed]


async def test_moderators_get_a_reported_message_with_what_was_written_around_it(
    tiles: TilesClient, db: Database, canvas_id: int
) -> None:
    ids = await write_many(tiles, canvas_id, 30)
    assert await reported(tiles, "bob", canvas_id, ids[14], reason="spam", detail="Look") == (202, None)
    [report] = await list_reports(db)
    assert [quoted["text"] for quoted in report["messages"]] == [str(number) for number in range(4, 25)]
    assert (report["message_id"], report["author_id"]) == (ids[14], account_id("ann"))
    assert (report["actor_username"], report["reason"], report["detail"]) == ("bob", "spam", "Look")


async def test_a_message_that_is_reported_again_is_reported_once(
    tiles: TilesClient, db: Database, canvas_id: int
) -> None:
    message = await written(tiles, "ann", canvas_id)
    outcomes = await asyncio.gather(*(reported(tiles, "bob", canvas_id, message["id"]) for _ in range(8)))
    assert outcomes == [(202, None)] * 8
    assert len(await list_reports(db)) == 1


@pytest.mark.parametrize(
    ("by", "refusal"), [(None, (401, "not_authenticated")), ("ann", (403, "oneself")), ("bob", (202, None))]
)
async def test_who_reports_a_message(
    tiles: TilesClient, canvas_id: int, by: str | None, refusal: tuple[int, str | None]
) -> None:
    message = await written(tiles, "ann", canvas_id)
    assert await reported(tiles, by, canvas_id, message["id"]) == refusal


async def test_only_those_who_see_a_message_report_it(tiles: TilesClient) -> None:
    canvas_id = int((await tiles.canvas("owner", is_public=False))["id"])
    message = await written(tiles, "owner", canvas_id)
    assert await reported(tiles, "bob", canvas_id, message["id"]) == (404, "canvas_not_found")
    removed = await tiles.call("owner", "DELETE", f"/canvases/{canvas_id}/messages/{message['id']}")
    assert removed.status == 204
    path = f"/canvases/{canvas_id}/messages/{message['id']}/report"
    response = await tiles.call("mod", "POST", path, json={"reason": "spam"}, roles=("moderator",))
    assert (await response.json())["code"] == "message_not_found"


async def test_an_artist_reports_a_bounded_number_of_messages(
    tiles: TilesClient, db: Database, canvas_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_REPORTS", 3)
    ids = await write_many(tiles, canvas_id, 9)
    outcomes = await asyncio.gather(*(reported(tiles, "bob", canvas_id, one) for one in ids[:8]))
    assert sorted(outcomes, key=str) == [(202, None)] * 3 + [(429, "report_limit")] * 5
    assert len(await list_reports(db)) == 3


@pytest.mark.parametrize("body", [{"reason": ""}, {"reason": "x" * 101}, {"detail": "x"}, {"reason": 1}])
async def test_an_invalid_report_of_a_message_is_refused(
    tiles: TilesClient, db: Database, canvas_id: int, body: dict[str, Any]
) -> None:
    message = await written(tiles, "ann", canvas_id)
    assert (await reported(tiles, "bob", canvas_id, message["id"], **body))[0] == 422
    assert await list_reports(db) == []
