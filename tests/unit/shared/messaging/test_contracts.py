"""The envelope and the contracts: older and newer readers read what was written."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from shared.messaging.contracts import (
    MESSAGES,
    AccountCommandRefused,
    AccountDeleted,
    AccountRegistered,
    AccountReinstated,
    AccountRestated,
    AccountRolesChanged,
    AccountSuspended,
    AccountVerified,
    AreaClaimed,
    AreaExpired,
    AreaReleased,
    ArtistActive,
    ArtistMuted,
    ArtistPlaced,
    ArtistsMentioned,
    CanvasClosed,
    CanvasCreated,
    CanvasDeleted,
    CanvasesRestated,
    CanvasHandedOver,
    CanvasOffered,
    CanvasOpened,
    CanvasRolledBack,
    CanvasUpdated,
    ClaimEnding,
    DeletedTile,
    DeletedTilesRestated,
    DigestStopped,
    Event,
    ExportRequested,
    InvitationCreated,
    InvitationRevoked,
    LockAcquired,
    LockReleased,
    MemberNamed,
    Message,
    MessageRemoved,
    MessageReported,
    OfferEnded,
    PolicyChanged,
    ProfileUpdated,
    QuotedMessage,
    ReportOpened,
    ReportResolved,
    RestatedCanvas,
    RestatedTile,
    ReviewApproved,
    ReviewRejected,
    ReviewRequested,
    SecondFactorRemoved,
    SessionRevoked,
    TileCreated,
    TileDeleted,
    TileLiked,
    TilesRestated,
    TileUnliked,
    TileUpdated,
)
from shared.messaging.envelope import Envelope, UnreadableMessage, new_message_id
from shared.messaging.topology import COMMANDS, address

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
CANVAS: dict[str, Any] = {"canvas_id": 7, "seq": 3}
TILE: dict[str, Any] = {
    **CANVAS, "tile_id": 5, "creator_id": 1, "actor_id": 2, "version": 4, "like_count": 6
}  # fmt: skip

SAMPLES: list[Event] = [
    AccountRegistered(account_id=12, username="ada", registered_at=NOON),
    AccountVerified(account_id=12, version=1),
    AccountSuspended(account_id=12, actor_id=1, reason="spam", until=NOON, version=2),
    AccountReinstated(account_id=12, actor_id=None, version=3),
    AccountRolesChanged(account_id=12, actor_id=1, roles=["moderator"], version=4),
    AccountDeleted(account_id=12, version=5),
    AccountRestated(
        account_id=12,
        username="ada",
        registered_at=NOON,
        status="suspended",
        suspension_reason="spam",
        suspended_until=NOON,
        roles=["moderator"],
        is_verified=True,
        version=6,
    ),
    CanvasesRestated(
        canvases=[
            RestatedCanvas(canvas_id=7, seq=3, owner_id=1, is_public=True, is_deleted=False, created_at=NOON)
        ]
    ),
    TilesRestated(
        tiles=[
            RestatedTile(
                tile_id=5,
                canvas_id=7,
                seq=3,
                creator_id=1,
                like_count=6,
                is_public=True,
                x=0,
                y=1,
                created_at=NOON,
            )
        ]
    ),
    DeletedTilesRestated(tiles=[DeletedTile(tile_id=5, seq=3)]),
    AccountCommandRefused(account_id=12, actor_id=1, command="account.set_roles", code="last_admin"),
    SecondFactorRemoved(account_id=12),
    SessionRevoked(account_id=12, session_id=3, before=NOON),
    ArtistActive(account_id=12),
    DigestStopped(account_id=12),
    ArtistPlaced(account_id=12, canvas_id=7, pixels_placed=40, seq=11),
    ProfileUpdated(account_id=12, username="ada", display_name="Ada", avatar_color="#a1b2c3", version=2),
    ReportOpened(report_id=3, kind="tile", target_id=5, reporter_id=12, reason="spam"),
    ReportResolved(
        report_id=3,
        kind="tile",
        target_id=5,
        reporter_id=12,
        actor_id=1,
        outcome="resolved",
        action_taken=None,
    ),
    CanvasCreated(owner_id=1, name="Wall", **CANVAS),
    CanvasUpdated(owner_id=1, actor_id=1, name="Wall", is_public=False, **CANVAS),
    CanvasDeleted(owner_id=1, actor_id=9, **CANVAS),
    CanvasHandedOver(owner_id=2, actor_id=1, name="Wall", is_public=True, **CANVAS),
    CanvasOffered(canvas_id=7, actor_id=1, heir_id=2),
    OfferEnded(canvas_id=7, owner_id=1, heir_id=2, outcome="declined"),
    CanvasRolledBack(
        canvas_id=7,
        actor_id=9,
        since=NOON,
        area={"x": 0, "y": 1, "columns": 2, "rows": 2},
        reverted=1,
        removed=2,
        restored=0,
    ),
    TileCreated(x=0, y=1, **TILE),
    TileUpdated(x=0, y=1, **TILE),
    TileDeleted(x=0, y=1, **TILE),
    TileLiked(**TILE),
    TileUnliked(**TILE),
    LockAcquired(tile_id=5, holder_id=1, expires_at=NOON, **CANVAS),
    LockReleased(tile_id=5, holder_id=1, **CANVAS),
    AreaClaimed(area_id=4, holder_id=1, expires_at=NOON, **CANVAS),
    AreaReleased(area_id=4, holder_id=1, actor_id=9, **CANVAS),
    AreaExpired(area_id=4, holder_id=1, **CANVAS),
    MessageRemoved(canvas_id=7, message_id=3, author_id=1, actor_id=9),
    MessageReported(
        canvas_id=7,
        actor_id=9,
        actor_username="mo",
        message_id=3,
        author_id=1,
        reason="spam",
        detail=None,
        messages=[QuotedMessage(id=3, author_id=1, author_username="ada", text="Buy!", created_at=NOON)],
    ),
    ArtistsMentioned(canvas_id=7, message_id=3, account_ids=[1, 2], actor_id=9),
    MemberNamed(canvas_id=7, actor_id=9, artist_id=1, role="painter"),
    ClaimEnding(canvas_id=7, claim="area", claim_id=4, holder_id=1, expires_at=NOON),
    CanvasOpened(canvas_id=7, moment=NOON, account_ids=[1, 2]),
    CanvasClosed(canvas_id=7, moment=NOON, account_ids=[1, 2]),
    ArtistMuted(canvas_id=7, artist_id=1, actor_id=9, until=NOON, reason="spam"),
    ReviewRequested(review_id=8, tile_id=5, author_id=1, **CANVAS),
    ReviewApproved(review_id=8, tile_id=5, author_id=1, actor_id=9, **CANVAS),
    ReviewRejected(review_id=8, tile_id=5, author_id=1, actor_id=9, **CANVAS),
    PolicyChanged(actor_id=9, settings={"registration": "closed"}),
    InvitationCreated(invitation_id=4, actor_id=9, max_uses=3, expires_at=NOON),
    InvitationRevoked(invitation_id=4, actor_id=9),
    ExportRequested(export_id=3, account_id=12),
]


def sent(event: Event) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(event.envelope(producer="tiles", traceparent=None).encode())
    return message


def read(message: dict[str, Any]) -> Message:
    envelope = Envelope.decode(json.dumps(message).encode())
    return MESSAGES[envelope.type].from_envelope(envelope)


def test_every_event_has_a_sample() -> None:
    events = {message for message in MESSAGES.values() if issubclass(message, Event)}
    assert {type(event) for event in SAMPLES} == events


def test_two_messages_cannot_have_one_type() -> None:
    with pytest.raises(TypeError, match=r"account\.deleted"):

        class AccountErased(Event):
            type: ClassVar[str] = AccountDeleted.type


@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: event.type)
def test_an_event_is_read_as_it_was_written(event: Event) -> None:
    assert read(sent(event)) == event


def test_an_envelope_names_its_subject_and_route() -> None:
    tile = TileCreated(x=0, y=1, **TILE).envelope(producer="tiles", traceparent="00-ab")
    account = SAMPLES[0].envelope(producer="auth", traceparent=None)

    assert (tile.subject, tile.routing_key, tile.producer, tile.traceparent) == (
        "canvas:7", "tile.created.7", "tiles", "00-ab"
    )  # fmt: skip
    assert (account.subject, account.routing_key) == ("account:12", "account.registered.12")


def test_unknown_fields_are_ignored() -> None:
    message = sent(SAMPLES[0])
    message["shard"] = 3
    message["data"]["shoe_size"] = 42

    assert read(message) == SAMPLES[0]


@pytest.mark.parametrize("event", [TileCreated, TileUpdated])
@pytest.mark.parametrize(
    ("view", "is_public"), [({"tile": {"id": 5}}, True), ({"tile": None}, False), ({}, True)]
)
def test_an_older_tile_event_without_is_public_is_read_from_its_view(
    event: type[TileCreated | TileUpdated], view: dict[str, Any], is_public: bool
) -> None:
    message = sent(event(x=0, y=1, **TILE))
    del message["data"]["is_public"]
    message["data"]["view"] = view

    written = read(message)

    assert isinstance(written, event)
    assert written.is_public is is_public


@pytest.mark.parametrize(
    "broken",
    [
        {"id": "7"},
        {"version": 0},
        {"occurred_at": "2025-06-01T12:00:00"},
        {"subject": "canvas"},
        {"subject": "canvas:-1"},
        {"data": []},
        {"type": ""},
    ],
    ids=json.dumps,
)
def test_a_malformed_envelope_is_unreadable(broken: dict[str, Any]) -> None:
    with pytest.raises(UnreadableMessage):
        Envelope.decode(json.dumps(sent(SAMPLES[0]) | broken).encode())


def test_data_that_does_not_fit_its_type_is_unreadable() -> None:
    message = sent(SAMPLES[0])
    del message["data"]["username"]

    with pytest.raises(UnreadableMessage):
        read(message)


def test_message_ids_are_version_7_and_sorted_by_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_750_000_000_000
    ids = []
    for milliseconds in range(50):
        monkeypatch.setattr("time.time_ns", lambda at=now + milliseconds: at * 1_000_000)
        ids.append(new_message_id())

    assert ids == sorted(ids)
    assert {(made.version, made.variant) for made in ids} == {(7, "specified in RFC 4122")}
    assert ids[0].int >> 80 == now


def test_commands_and_events_are_published_to_exchanges_of_their_own() -> None:
    assert address("account.suspend", "account.suspend.7") == ("tessera.commands", "account.suspend")
    assert address("account.suspended", "account.suspended.7") == ("tessera.events", "account.suspended.7")


def test_a_command_goes_to_one_queue() -> None:
    taken = [command for commands in COMMANDS.values() for command in commands]
    assert len(taken) == len(set(taken))
