"""The envelope and the contracts: older and newer readers read what was written."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import pytest

from shared.messaging.contracts import (
    MESSAGES,
    AccountDeleted,
    Event,
    Message,
    TileCreated,
    TileUpdated,
)
from shared.messaging.envelope import Envelope, UnreadableMessage, new_message_id
from shared.messaging.topology import COMMANDS, address
from tests.support.contracts import EVENTS, TILE


def sent(event: Event) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(event.envelope(producer="tiles", traceparent=None).encode())
    return message


def read(message: dict[str, Any]) -> Message:
    envelope = Envelope.decode(json.dumps(message).encode())
    return MESSAGES[envelope.type].from_envelope(envelope)


def test_every_event_has_a_sample() -> None:
    events = {message for message in MESSAGES.values() if issubclass(message, Event)}
    assert {type(event) for event in EVENTS} == events


def test_two_messages_cannot_have_one_type() -> None:
    with pytest.raises(TypeError, match=r"account\.deleted"):

        class AccountErased(Event):
            type: ClassVar[str] = AccountDeleted.type


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_an_event_is_read_as_it_was_written(event: Event) -> None:
    assert read(sent(event)) == event


def test_an_envelope_names_its_subject_and_route() -> None:
    tile = TileCreated(x=0, y=1, **TILE).envelope(producer="tiles", traceparent="00-ab")
    account = EVENTS[0].envelope(producer="auth", traceparent=None)

    assert (tile.subject, tile.routing_key, tile.producer, tile.traceparent) == (
        "canvas:7", "tile.created.7", "tiles", "00-ab"
    )  # fmt: skip
    assert (account.subject, account.routing_key) == ("account:12", "account.registered.12")


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_unknown_fields_are_ignored(event: Event) -> None:
    message = sent(event)
    message["shard"] = 3
    message["data"]["shoe_size"] = 42

    assert read(message) == event


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
        Envelope.decode(json.dumps(sent(EVENTS[0]) | broken).encode())


def test_data_that_does_not_fit_its_type_is_unreadable() -> None:
    message = sent(EVENTS[0])
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
