"""The public address: what happens to a request on its way from there to the gateway."""

from __future__ import annotations

import ipaddress
import re
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import urljoin, urlsplit

from deploy.checks.facts.logs import LoggedRequest
from deploy.checks.facts.probe_client import connect
from deploy.stack.probes import OWN_REQUESTS

PATH = "/no-such-page"
"""Has a response that the gateway logs, and a page that names the path below which it is."""

LOG_SECONDS = 1.0
"""How long the gateway may take to log the request after its response."""

_BASE = re.compile(r'<html[^>]* data-base="([^"]*)"')


@dataclass(frozen=True)
class FrontDoor:
    """One request for the public URL, which is empty if nothing is known of one.

    `status`: 0 if no response arrived, which is no fault: many networks do not let a machine reach itself by
    its public address. `base`: the path that the page names, None without a page of Tessera.
    `sent_from` and `arrived_from`: address and port, at this end and as the gateway saw its peer, None if it
    logged none. `scheme`: how it arrived. `trusted`: networks of trusted proxies. `is_behind_nat`: containers
    see connections from this machine, and perhaps others, as the engine's.
    """

    url: str
    status: int = 0
    location: str | None = None
    base: str | None = None
    sent_from: str = ""
    arrived_from: str | None = None
    scheme: str = ""
    trusted: Sequence[str] = ()
    is_behind_nat: bool = False

    def trusts(self, peer: str) -> bool:
        """Whether that address and port are a trusted proxy's."""
        address = ipaddress.ip_address(peer.rpartition(":")[0].strip("[]"))
        return any(address in ipaddress.ip_network(network) for network in self.trusted)

    @property
    def is_loop(self) -> bool:
        """Whether the response redirects to the address that was requested."""
        requested = self.url + PATH
        return self.location is not None and _split(urljoin(requested, self.location)) == _split(requested)


def knock(
    url: str,
    trusted: Sequence[str],
    find_request: Callable[[str], LoggedRequest | None],
    *,
    is_behind_nat: bool,
) -> FrontDoor:
    """Request a page at the public URL, and look for it in the gateway's log."""
    if not url:
        return FrontDoor("", trusted=trusted)
    parts = urlsplit(url)
    connection = connect(parts)
    request_id = f"{OWN_REQUESTS}{uuid.uuid4().hex[:16]}"
    try:
        connection.request("GET", parts.path + PATH, headers={"X-Request-Id": request_id})
        address, port = connection.sock.getsockname()[:2]
        response = connection.getresponse()
        page = response.read().decode(errors="replace")
    except (OSError, HTTPException):
        return FrontDoor(url, trusted=trusted)
    finally:
        connection.close()
    logged = _wait_for(find_request, request_id)
    base = _BASE.search(page)
    return FrontDoor(
        url,
        response.status,
        response.headers.get("Location"),
        base[1] if base else None,
        f"{address}:{port}",
        (logged.peer or None) if logged else None,
        logged.scheme if logged else "",
        trusted,
        is_behind_nat,
    )


def _wait_for(find_request: Callable[[str], LoggedRequest | None], request_id: str) -> LoggedRequest | None:
    deadline = time.monotonic() + LOG_SECONDS
    while (found := find_request(request_id)) is None and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def _split(url: str) -> tuple[str, str | None, int | None, str]:
    parts = urlsplit(url)
    return (
        parts.scheme,
        parts.hostname,
        parts.port or {"https": 443, "http": 80}.get(parts.scheme),
        parts.path,
    )
