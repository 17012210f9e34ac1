"""A request that is not valid HTTP, or larger than a service reads, gets a problem that repeats nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiohttp import web

from shared.http.models import Body
from shared.http.operations import Operation, respond_empty, serve
from shared.http.protocol import FIELD_LIMIT, ProblemRunner
from shared.http.server import create_base_app

SECRET = "s3cr3t-value"


class Note(Body):
    text: str


async def save_note(_: web.Request, body: Note) -> web.Response:
    """Save a note."""
    return respond_empty()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """The port of a process of the service `notes`."""
    app = create_base_app("notes", "notes-1", checks={})
    serve(app, "/api", [Operation("POST", "/notes", save_note, {204: None})])
    runner = ProblemRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def send(port: int, request: bytes) -> Answer:
    """Send bytes and read the answer until the service closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *fields = head.decode().split("\r\n")
    headers = dict(field.split(": ", 1) for field in fields)
    return Answer(int(status.split()[1]), headers, body)


def request(line: str, *fields: str, body: bytes = b"") -> bytes:
    return "\r\n".join([line, "Host: x", "Connection: close", *fields, "", ""]).encode() + body


JSON = ("Content-Type: application/json", f"Authorization-Of-Another: {SECRET}")
LONG = FIELD_LIMIT * "x"
REQUESTS = [
    pytest.param(request(f"BREW /{SECRET} HTTP/1.1"), 405, "method_not_allowed", id="unknown method"),
    pytest.param(request(f"GET /{SECRET}{LONG} HTTP/1.1"), 431, "headers_too_large", id="long address"),
    pytest.param(
        request("GET / HTTP/1.1", f"Cookie: {SECRET}{LONG}"), 431, "headers_too_large", id="long cookie"
    ),
    pytest.param(request("GET / HTTP/1.1", f"{SECRET} x: y"), 400, "malformed_request", id="bad field"),
    pytest.param(request(f"GET / {SECRET}"), 400, "malformed_request", id="bad version"),
    pytest.param(
        request("POST /api/notes HTTP/1.1", "Content-Length: 1", "Content-Length: 2", f"X-A: {SECRET}"),
        400,
        "malformed_request",
        id="two lengths",
    ),
    pytest.param(
        request("POST /api/notes HTTP/1.1", "Transfer-Encoding: chunked", *JSON, body=b"zz-s3cr3t-value\r\n"),
        400,
        "malformed_request",
        id="broken chunks",
    ),
    pytest.param(
        request("POST /api/notes HTTP/1.1", "Content-Encoding: zstd", "Content-Length: 2", *JSON, body=b"{}"),
        415,
        "content_encoding",
        id="zstd",
    ),
    pytest.param(
        request("POST /api/notes HTTP/1.1", "Content-Encoding: gzip", "Content-Length: 2", *JSON, body=b"{}"),
        415,
        "content_encoding",
        id="gzip",
    ),
    pytest.param(
        request("POST /api/notes HTTP/1.1", f"Content-Type: {SECRET}", "Content-Length: 2", body=b"{}"),
        415,
        "not_json",
        id="type",
    ),
    pytest.param(request(f"PUT /health?{SECRET} HTTP/1.1"), 405, "method_not_allowed", id="method"),
]


@pytest.mark.parametrize(("sent", "status", "code"), REQUESTS)
async def test_the_answer_is_a_problem_of_the_service_that_repeats_nothing(
    port: int, caplog: pytest.LogCaptureFixture, sent: bytes, status: int, code: str
) -> None:
    answer = await send(port, sent)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
    problem = json.loads(answer.body)
    assert (problem["status"], problem["code"]) == (status, code)
    assert answer.headers["X-Service"] == "notes"
    assert answer.headers["X-Request-Id"] == problem["request_id"]
    assert SECRET not in answer.body.decode() + str(answer.headers) + caplog.text


async def test_a_method_that_is_not_allowed_lists_those_that_are(port: int) -> None:
    answer = await send(port, request("BREW / HTTP/1.1"))
    assert "GET" in answer.headers["Allow"]


async def test_a_field_below_the_limit_is_read(port: int) -> None:
    answer = await send(port, request("GET /health HTTP/1.1", f"Cookie: {LONG[:-100]}"))
    assert answer.status == 200
