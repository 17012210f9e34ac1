"""Requests at the edge of HTTP, through the gateway: what it lets in, a service answers with a problem."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import urlsplit

import pytest

from tests.support.stack import RunningStack
from tests.support.waiting import PATIENCE

SECRET = "s3cr3t-value"


def request(line: str, *fields: str, body: bytes = b"") -> bytes:
    head = (line, "Host: localhost", "Connection: close", *fields, "", "")
    return "\r\n".join(head).encode() + body


async def send(url: str, sent: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes and read until the gateway closes; return status, headers and body."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    writer.write(sent)
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *fields = head.decode().split("\r\n")
    return int(status.split()[1]), dict(field.split(": ", 1) for field in fields), body


LOGIN = ("POST /api/v1/auth/login HTTP/1.1", "Content-Type: application/json")
PROBLEMS = [
    pytest.param(request("BREW /api/v1/canvases HTTP/1.1"), 405, "method_not_allowed", id="unknown method"),
    pytest.param(
        request("GET /api/v1/canvases HTTP/1.1", f"Cookie: {SECRET}{40_000 * 'x'}"),
        431,
        "headers_too_large",
        id="long cookie",
    ),
    pytest.param(
        request(f"GET /api/v1/canvases?{SECRET}{40_000 * 'x'} HTTP/1.1"),
        431,
        "headers_too_large",
        id="long address",
    ),
    pytest.param(
        request(*LOGIN, "Content-Encoding: zstd", "Content-Length: 2", body=b"{}"),
        415,
        "content_encoding",
        id="zstd",
    ),
    pytest.param(request(*LOGIN, "Content-Length: 2000000"), 413, "body_too_large", id="2 MB"),
]


@pytest.mark.parametrize(("sent", "status", "code"), PROBLEMS)
async def test_what_no_service_can_use_is_answered_with_a_problem(
    running: RunningStack, sent: bytes, status: int, code: str
) -> None:
    answered, headers, body = await send(running.url, sent)
    assert (answered, headers["Content-Type"]) == (status, "application/problem+json")
    assert json.loads(body)["code"] == code
    assert SECRET.encode() not in body


@pytest.mark.parametrize("path", ["/", "/api/v1/canvases"])
async def test_the_cookies_of_other_applications_on_localhost_do_no_harm(
    running: RunningStack, path: str
) -> None:
    status, _, _ = await send(running.url, request(f"GET {path} HTTP/1.1", f"Cookie: {20_000 * 'x'}"))
    assert status == 200


# Traefik reads a body before it forwards it; one that it cannot read is a 500.
BARE = [
    pytest.param(request("GET / HTTP/1.1", f"Cookie: {SECRET}{80_000 * 'x'}"), 431, id="very long cookie"),
    pytest.param(request("GET / HTTP/1.1", f"{SECRET} x: y"), 400, id="bad field"),
    pytest.param(request("GET / HTTP/1.1", f"Expect: {SECRET}"), 417, id="expectation"),
    pytest.param(request(f"GET /%2F{SECRET} HTTP/1.1"), 400, id="encoded slash"),
    pytest.param(
        request(*LOGIN, "Transfer-Encoding: chunked", body=b"zz-s3cr3t-value\r\n"), 500, id="broken chunks"
    ),
    pytest.param(request(*LOGIN, f"Transfer-Encoding: {SECRET}"), 501, id="unknown transfer encoding"),
]


@pytest.mark.parametrize(("sent", "status"), BARE)
async def test_what_the_gateway_cannot_read_is_refused_without_repeating_it(
    running: RunningStack, sent: bytes, status: int
) -> None:
    answered, headers, body = await send(running.url, sent)
    assert answered == status
    assert SECRET not in str(headers) + body.decode()
