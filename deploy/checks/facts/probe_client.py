"""The HTTP client of the checks: one GET, which reports how it failed instead of raising."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from deploy.stack.probes import OWN_REQUESTS

HTTP_SECONDS = 2.5


@dataclass(frozen=True)
class HttpResult:
    """Result of one GET; `status` is 0 when no response arrived, and `error` then has the reason."""

    status: int
    body: str = ""
    service: str | None = None
    instance: str | None = None
    error: Literal["", "refused", "timeout", "broken"] = ""


def http_get(url: str, request_id: str = f"{OWN_REQUESTS}probe") -> HttpResult:
    """GET the URL. The certificate is not verified for HTTPS: it has a check of its own."""
    parts = urlsplit(url)
    connection = connect(parts)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", path, headers={"X-Request-Id": request_id})
        response = connection.getresponse()
        body = response.read().decode(errors="replace")
        made_by = response.headers.get("X-Service"), response.headers.get("X-Instance")
        return HttpResult(response.status, body, *made_by)
    except ConnectionRefusedError:
        return HttpResult(0, error="refused")
    except TimeoutError:
        return HttpResult(0, error="timeout")
    except (OSError, HTTPException):
        return HttpResult(0, error="broken")
    finally:
        connection.close()


def connect(url: SplitResult) -> HTTPConnection:
    """Make a connection for that URL, opened by its first request; any certificate will do."""
    host = url.hostname or ""
    if url.scheme == "https":
        return HTTPSConnection(host, url.port, timeout=HTTP_SECONDS, context=_trusting())
    return HTTPConnection(host, url.port, timeout=HTTP_SECONDS)


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
