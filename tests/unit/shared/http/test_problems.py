"""The table from errors to problems, and the errors of which nobody needs to be told."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest import mock

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from pydantic import Field, ValidationError
from structlog.testing import capture_logs

from shared.errors import Refusal
from shared.http.models import Body
from shared.http.problems import STATUS, problems, to_invalid


def test_every_refusal_has_a_status() -> None:
    assert set(STATUS) == set(Refusal.__subclasses__())


async def reset(_: web.Request) -> web.StreamResponse:
    raise ConnectionResetError("Connection lost")


def request_of(*, is_closing: bool) -> Any:
    transport = mock.create_autospec(asyncio.Transport, instance=True)
    transport.is_closing.return_value = is_closing
    protocol = mock.Mock(transport=transport)
    return make_mocked_request("GET", "/api/v1/ws/canvas/1", transport=transport, protocol=protocol)


async def test_a_client_that_hangs_up_during_the_handshake_is_no_error() -> None:
    with capture_logs() as lines, pytest.raises(ConnectionResetError):
        await problems(request_of(is_closing=True), reset)
    assert lines == []


async def test_a_connection_to_somebody_else_that_is_reset_is_an_error() -> None:
    with capture_logs() as lines:
        response = await problems(request_of(is_closing=False), reset)
    assert response.status == 500
    assert [line["event"] for line in lines] == ["unhandled error"]


def test_a_broken_rule_of_a_model_has_a_code_and_the_number_it_is_about() -> None:
    class Draft(Body):
        name: str = Field(min_length=3)
        width: int = Field(le=8192)

    with pytest.raises(ValidationError) as error:
        Draft.model_validate({"name": "", "width": 10_000, "more": 1})
    faults = to_invalid(error.value, "body").faults
    assert [(fault.loc, fault.code, fault.limit) for fault in faults] == [
        (("body", "name"), "string_too_short", 3),
        (("body", "width"), "less_than_equal", 8192),
        (("body", "more"), "extra_forbidden", None),
    ]
