"""Reports: one open report per artist and target, and one moderator per report, also in parallel."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientResponse

from services.users.app import create_app
from services.users.reports import store
from services.users.reports.rules import EVIDENCE_KEPT
from services.users.settings import UsersSettings
from shared.db import Database
from shared.http.access import VERIFIER
from shared.messaging.contracts import (
    AccountDeleted,
    CanvasCreated,
    MessageReported,
    QuotedMessage,
    TileCreated,
    TileDeleted,
)
from tests.support.identities import TestKeys
from tests.support.messaging import sql
from tests.support.users import (
    ADA,
    ANN,
    BOB,
    CAT,
    MAX,
    MOD,
    NO_BROKER,
    Caller,
    EventApplier,
    Users,
    list_outbox,
)

OF_BOB = {"kind": "user", "target_id": BOB.id, "reason": "spam"}
TILE = TileCreated(canvas_id=5, seq=2, tile_id=50, creator_id=BOB.id, actor_id=BOB.id, version=1, x=0, y=0)


async def report(users: Users, artist: Caller | None = ANN, **changes: Any) -> ClientResponse:
    return await users.call(artist, "POST", "/reports", json={**OF_BOB, **changes})


async def opened(users: Users, artist: Caller = ANN) -> int:
    """Report bob as that artist."""
    await users.meet(BOB)
    response = await report(users, artist)
    assert response.status == 201, await response.text()
    return int((await response.json())["id"])


async def decide(users: Users, moderator: Caller | None, report_id: int, **decision: Any) -> ClientResponse:
    return await users.call(moderator, "PATCH", f"/admin/reports/{report_id}", json=decision)


async def queue(users: Users, **params: Any) -> Sequence[Any]:
    return list((await users.get("/admin/reports", MOD, **params))["items"])


async def code(response: ClientResponse) -> tuple[int, str]:
    return response.status, (await response.json())["code"]


async def test_a_report_is_returned_and_published(users: Users, db: Database) -> None:
    await users.meet(BOB)
    response = await report(users, detail="every day\nthe same")
    made = await response.json()
    assert response.status == 201
    assert made == {**OF_BOB, "detail": "every day\nthe same", "status": "open"} | {
        "id": made["id"], "created_at": made["created_at"]
    }  # fmt: skip
    (event,) = await list_outbox(db)
    assert event["type"] == "report.opened"
    assert event["data"]["reporter_id"] == ANN.id


async def test_while_a_report_is_open_the_same_one_is_returned(users: Users, db: Database) -> None:
    first = await opened(users)
    again = await report(users, reason="another reason")
    assert (again.status, (await again.json())["id"]) == (200, first)
    assert len(await list_outbox(db)) == 1


async def test_eight_reports_at_once_of_the_same_make_one(users: Users, db: Database) -> None:
    await users.meet(BOB)
    answers = await asyncio.gather(*(report(users) for _ in range(8)))
    assert sorted(answer.status for answer in answers) == [200] * 7 + [201]
    assert len({(await answer.json())["id"] for answer in answers}) == 1
    assert len(await list_outbox(db)) == 1


async def test_once_closed_the_same_can_be_reported_again(users: Users) -> None:
    first = await opened(users)
    await decide(users, MOD, first, status="dismissed")
    assert await opened(users) != first


@pytest.mark.parametrize("kind", ["tile", "canvas", "user"])
async def test_an_unknown_target_cannot_be_reported(users: Users, kind: str) -> None:
    assert await code(await report(users, kind=kind, target_id=999)) == (404, f"{kind}_not_found")


async def test_tiles_and_canvases_can_be_reported_until_they_are_deleted(
    users: Users, applier: EventApplier
) -> None:
    await applier.apply(CanvasCreated(canvas_id=5, seq=1, owner_id=BOB.id, name="a canvas"), TILE)
    assert (await report(users, kind="tile", target_id=50)).status == 201
    assert (await report(users, kind="canvas", target_id=5)).status == 201
    await applier.apply(TileDeleted(**TILE.model_dump(exclude={"seq"}), seq=3))
    assert await code(await report(users, CAT, kind="tile", target_id=50)) == (404, "tile_not_found")


async def test_a_report_waits_for_the_event_of_a_new_target(users: Users, applier: EventApplier) -> None:
    reporting = asyncio.create_task(report(users, kind="tile", target_id=50))
    await asyncio.sleep(0.1)
    await applier.apply(TILE)
    assert (await reporting).status == 201


async def test_artists_cannot_report_themselves(users: Users) -> None:
    assert await code(await report(users, BOB)) == (403, "oneself")


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "lock"},
        {"target_id": 0},
        {"target_id": 2**63},
        {"target_id": "2"},
        {"reason": " "},
        {"reason": "x" * 101},
        {"reason": "two\nlines"},
        {"detail": "x" * 2001},
        {"status": "resolved"},
    ],
)
async def test_an_invalid_report_is_refused(users: Users, changes: dict[str, Any]) -> None:
    assert await code(await report(users, **changes)) == (422, "invalid")


async def test_the_limit_of_reports_holds_for_parallel_requests(
    aiohttp_client: Any, keys: TestKeys, users: Users, database_url: str
) -> None:
    app = create_app(
        UsersSettings(
            database_url=database_url, broker_url=NO_BROKER, jwks_url=keys.jwks_url, reports_per_hour=3
        )
    )
    await app[VERIFIER].refresh()
    limited = Users(await aiohttp_client(app), keys)
    others = [Caller(100 + n, f"other_{n}") for n in range(8)]
    await users.meet(*others)
    answers = await asyncio.gather(*(report(limited, target_id=other.id) for other in others))
    assert sorted(answer.status for answer in answers) == [201] * 3 + [429] * 5
    refused = next(answer for answer in answers if answer.status == 429)
    assert 3500 < int(refused.headers["Retry-After"]) <= 3600
    assert (await refused.json())["code"] == "report_limit"
    assert (await report(limited, CAT, target_id=100)).status == 201


@pytest.mark.parametrize(
    ("who", "status"), [(None, 401), (ANN, 403), (BOB, 403), (CAT, 403), (MOD, 200), (ADA, 200)]
)
async def test_only_moderators_see_and_decide_reports(users: Users, who: Caller | None, status: int) -> None:
    report_id = await opened(users)
    assert (await users.call(who, "GET", "/admin/reports")).status == status
    assert (await decide(users, who, report_id, status="assigned")).status == status


async def test_the_queue_has_open_reports_first_and_each_oldest_first(users: Users) -> None:
    ids = [await opened(users, Caller(100 + n, f"fan_{n}")) for n in range(6)]
    await decide(users, MOD, ids[0], status="resolved")
    await decide(users, MOD, ids[1], status="assigned")
    await decide(users, MOD, ids[2], status="dismissed")
    order = [*ids[3:], ids[1], ids[0], ids[2]]
    assert [item["id"] for item in await queue(users)] == order
    assert [item["id"] for item in await users.pages("/admin/reports", artist=MOD, limit=1)] == order
    assert [item["id"] for item in await queue(users, status="open")] == ids[3:]
    assert [item["id"] for item in await queue(users, status="dismissed")] == [ids[2]]


async def test_a_closed_report_has_its_moderator_resolution_and_action(users: Users, db: Database) -> None:
    report_id = await opened(users)
    await decide(users, MOD, report_id, status="assigned")
    response = await decide(
        users, MOD, report_id, status="resolved", resolution="told off", action_taken="warned"
    )
    closed = await response.json()
    assert (closed["assignee"]["username"], closed["resolution"], closed["action_taken"]) == (
        "mod", "told off", "warned"
    )  # fmt: skip
    event = (await list_outbox(db))[-1]
    assert event["type"] == "report.resolved"
    assert (event["data"]["outcome"], event["data"]["actor_id"]) == ("resolved", MOD.id)


async def test_of_eight_moderators_who_take_a_report_one_gets_it(users: Users) -> None:
    report_id = await opened(users)
    moderators = [Caller(100 + n, f"mod_{n}", ("moderator",)) for n in range(8)]
    answers = await asyncio.gather(
        *(decide(users, moderator, report_id, status="assigned") for moderator in moderators)
    )
    assert sorted(answer.status for answer in answers) == [200] + [409] * 7
    winner = next(m for m, answer in zip(moderators, answers, strict=True) if answer.status == 200)
    assert (await queue(users))[0]["assignee"]["id"] == winner.id
    refusals = {(await answer.json())["code"] for answer in answers if answer.status == 409}
    assert refusals == {"report_assigned"}
    entries = (await users.get("/admin/audit", ADA, action="report.assigned"))["items"]
    assert [entry["actor"]["id"] for entry in entries] == [winner.id]


async def test_of_eight_moderators_who_close_a_report_one_does(users: Users, db: Database) -> None:
    report_id = await opened(users)
    moderators = [Caller(100 + n, f"mod_{n}", ("moderator",)) for n in range(8)]
    answers = await asyncio.gather(
        *(
            decide(users, moderator, report_id, status=("resolved", "dismissed")[number % 2])
            for number, moderator in enumerate(moderators)
        )
    )
    assert sorted(answer.status for answer in answers) == [200] + [409] * 7
    assert [event["type"] for event in await list_outbox(db)] == ["report.opened", "report.resolved"]


async def test_taking_a_report_twice_changes_nothing(users: Users) -> None:
    report_id = await opened(users)
    for _ in range(2):
        assert (await decide(users, MOD, report_id, status="assigned")).status == 200
    assert len((await users.get("/admin/audit", ADA, action="report.assigned"))["items"]) == 1


@pytest.mark.parametrize("status", ["open", "assigned", "resolved", "dismissed"])
async def test_a_report_assigned_to_another_moderator_cannot_be_changed(users: Users, status: str) -> None:
    report_id = await opened(users)
    await decide(users, MOD, report_id, status="assigned")
    assert await code(await decide(users, MAX, report_id, status=status)) == (409, "report_assigned")


@pytest.mark.parametrize(("status", "answer"), [("open", 200), ("dismissed", 200), ("assigned", 409)])
async def test_an_admin_can_free_or_close_a_report_of_another(users: Users, status: str, answer: int) -> None:
    report_id = await opened(users)
    await decide(users, MOD, report_id, status="assigned")
    assert (await decide(users, ADA, report_id, status=status)).status == answer


async def test_a_report_given_back_can_be_taken_by_another(users: Users) -> None:
    report_id = await opened(users)
    await decide(users, MOD, report_id, status="assigned")
    assert (await (await decide(users, MOD, report_id, status="open")).json())["assignee"] is None
    assert (await decide(users, MAX, report_id, status="assigned")).status == 200


@pytest.mark.parametrize("status", ["open", "assigned", "resolved", "dismissed"])
async def test_a_closed_report_stays_closed(users: Users, status: str) -> None:
    report_id = await opened(users)
    await decide(users, MOD, report_id, status="resolved")
    assert await code(await decide(users, MOD, report_id, status=status)) == (409, "report_closed")


async def test_moderators_cannot_decide_reports_about_themselves(users: Users) -> None:
    await users.meet(MOD)
    report_id = (await (await report(users, target_id=MOD.id)).json())["id"]
    assert await code(await decide(users, MOD, report_id, status="dismissed")) == (403, "oneself")


@pytest.mark.parametrize(
    "decision",
    [
        {},
        {"status": "gone"},
        {"status": "assigned", "resolution": "too early"},
        {"status": "resolved", "resolution": "x" * 2001},
        {"status": "resolved", "action_taken": "shot"},
    ],
)
async def test_an_invalid_decision_is_refused(users: Users, decision: dict[str, Any]) -> None:
    assert await code(await decide(users, MOD, await opened(users), **decision)) == (422, "invalid")


@pytest.mark.parametrize("report_id", ["999", "x", "9223372036854775808"])
async def test_an_unknown_report_is_404(users: Users, report_id: Any) -> None:
    assert (await decide(users, MOD, report_id, status="assigned")).status == 404


def message_reported(author: Caller = BOB, text: str = "Buy pixels!") -> MessageReported:
    quoted = [(2, CAT, "Nice sky"), (3, author, text), (4, ANN, "Please stop")]
    return MessageReported(
        canvas_id=7,
        actor_id=ANN.id,
        actor_username=ANN.username,
        message_id=3,
        author_id=author.id,
        reason="spam",
        detail=None,
        messages=[
            QuotedMessage(
                id=message_id,
                author_id=by.id,
                author_username=by.username,
                text=written,
                created_at=datetime(2025, 6, 1, 12, message_id, tzinfo=UTC),
            )
            for message_id, by, written in quoted
        ],
    )


async def test_moderators_see_a_reported_message_and_what_was_written_around_it(
    users: Users, applier: EventApplier
) -> None:
    await applier.apply(message_reported())
    (shown,) = await queue(users)
    assert (shown["kind"], shown["target_id"], shown["target"]["username"]) == ("message", 3, "bob")
    assert shown["conversation"]["canvas_id"] == 7
    assert [
        (one["id"], one["author"]["username"], one["text"], one["created_at"])
        for one in shown["conversation"]["messages"]
    ] == [
        (2, "Cat_3", "Nice sky", "2025-06-01T12:02:00Z"),
        (3, "bob", "Buy pixels!", "2025-06-01T12:03:00Z"),
        (4, "ann", "Please stop", "2025-06-01T12:04:00Z"),
    ]


async def test_a_message_has_one_open_report_of_each_artist(users: Users, applier: EventApplier) -> None:
    await applier.apply(message_reported(), message_reported())
    (shown,) = await queue(users)
    assert (await decide(users, MOD, shown["id"], status="resolved")).status == 200
    await applier.apply(message_reported())
    assert [one["status"] for one in await queue(users)] == ["open", "resolved"]


async def test_a_moderator_does_not_decide_about_their_own_message(
    users: Users, applier: EventApplier
) -> None:
    await applier.apply(message_reported(author=MOD))
    (shown,) = await queue(users)
    assert await code(await decide(users, MOD, shown["id"], status="dismissed")) == (403, "oneself")
    assert (await decide(users, MAX, shown["id"], status="dismissed")).status == 200


async def test_a_reported_message_of_a_deleted_account_is_nameless(
    users: Users, applier: EventApplier
) -> None:
    await applier.apply(message_reported(), AccountDeleted(account_id=BOB.id, version=2))
    (shown,) = await queue(users)
    assert shown["conversation"]["messages"][1]["author"]["username"] != "bob"


@pytest.mark.parametrize(("days", "left"), [(29, 3), (31, 0)])
async def test_what_was_written_around_a_message_goes_a_month_after_its_report_is_closed(
    users: Users, applier: EventApplier, database_url: str, days: int, left: int
) -> None:
    await applier.apply(
        message_reported(), message_reported(text="Again").model_copy(update={"message_id": 4})
    )
    closed, waiting = await queue(users)
    await decide(users, MOD, closed["id"], status="resolved")
    await sql(database_url, f"UPDATE reports SET updated_at = now() - interval '{days} days' RETURNING 1")
    async with applier.database.connection() as conn:
        await store.forget_evidence(conn, EVIDENCE_KEPT)
    kept = {one["id"]: len(one["conversation"]["messages"]) for one in await queue(users)}
    assert kept == {closed["id"]: left, waiting["id"]: 3}


async def test_a_message_is_not_reported_here_but_where_it_was_written(users: Users) -> None:
    assert (await report(users, kind="message", target_id=3)).status == 422
