"""HTTP as the doctor speaks it: one GET, what the gateway says of itself, and every route."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from deploy.checks.doctor.facts import Answer, Backend, Probe, Probes, Router
from deploy.stack.errors import DeployError
from deploy.stack.probes import OWN_REQUESTS, PROBES

HTTP_SECONDS = 2.5


def ask(url: str, request_id: str = f"{OWN_REQUESTS}probe") -> Answer:
    """GET. The certificate of HTTPS is not verified: it has a check of its own."""
    parts = urlsplit(url)
    connection = (
        HTTPSConnection(parts.hostname or "", parts.port, timeout=HTTP_SECONDS, context=_trusting())
        if parts.scheme == "https"
        else HTTPConnection(parts.hostname or "", parts.port, timeout=HTTP_SECONDS)
    )
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", path, headers={"X-Request-Id": request_id})
        response = connection.getresponse()
        body = response.read().decode(errors="replace")
        return Answer(response.status, body, response.headers.get("X-Service"))
    except ConnectionRefusedError:
        return Answer(0, error="refused")
    except TimeoutError:
        return Answer(0, error="timeout")
    except (OSError, HTTPException):
        return Answer(0, error="broken")
    finally:
        connection.close()


def ask_routes(url: str) -> Probes:
    """Every route of the stack at `url`, at the same time."""
    with ThreadPoolExecutor(len(PROBES)) as threads:
        answers = threads.map(lambda probe: ask(url + probe[0]), PROBES)
    return Probes(
        tuple(Probe(path, service, one) for (path, service), one in zip(PROBES, answers, strict=True))
    )


def ask_traefik(admin: str) -> tuple[Answer, tuple[Router, ...], tuple[Backend, ...]]:
    """Its ping, its routers and the servers it sends requests to; `admin` is the URL of its own API.

    Raises DeployError when it answers the ping and nothing else.
    """
    ping = ask(f"{admin}/ping")
    routers, services = (
        _parsed(ask(f"{admin}/api/http/{what}?per_page=1000")) if ping.status else []
        for what in ("routers", "services")
    )
    of_the_table = tuple(
        Router(one["name"], one["status"] == "enabled", tuple(one.get("error", ())))
        for one in routers
        if one["provider"] == "file"
    )
    return ping, of_the_table, tuple(_backends(services))


def _parsed(answer: Answer) -> list[dict[str, Any]]:
    if answer.status != 200:
        raise DeployError(f"the gateway's own API did not answer: {answer.status or answer.error}")
    return list(json.loads(answer.body))


def _backends(services: Sequence[dict[str, Any]]) -> Iterator[Backend]:
    """Servers by their check of /ready; those by /health are the same servers."""
    for service in services:
        name, _, provider = str(service["name"]).partition("@")
        if provider == "internal" or not name.endswith("-ready"):
            continue
        status = service.get("serverStatus", {})
        for server in service.get("loadBalancer", {}).get("servers") or ():
            up = status.get(server["url"]) == "UP"
            yield Backend(name.removesuffix("-ready"), urlsplit(server["url"]).netloc, up)


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
