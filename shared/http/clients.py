"""The client of a request, and the path below which it sees this site."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence

from aiohttp import web

from shared.identity import Identity
from shared.networks import Network, determine_client_address, get_network

TRUSTED_PROXIES = web.AppKey("TRUSTED_PROXIES", Sequence[Network])
"""Networks of the proxies in front of the gateway."""

_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)*")


def read_address(request: web.Request) -> str:
    """Return the address of the caller (`determine_client_address`)."""
    forwarded_for = request.headers.getall("X-Forwarded-For", [])
    return determine_client_address(forwarded_for, request.remote, request.app[TRUSTED_PROXIES])


def identify_client(request: web.Request, caller: Identity | None) -> Hashable:
    """Return the key that a cost is charged to: the caller, or a guest's network."""
    return get_network(read_address(request)) if caller is None else caller.account_id


def read_path_prefix(request: web.Request) -> str:
    """Return the path below which the caller sees this site, such as `/tessera`; empty at the root.

    The gateway removes it from the path and names it in X-Forwarded-Prefix, which no client can send.
    """
    prefix = request.headers.get("X-Forwarded-Prefix", "").rstrip("/")
    return prefix if _PREFIX.fullmatch(prefix) else ""


def locate(request: web.Request, member: int) -> dict[str, str]:
    """Make the header that names the new member of the collection at this path, as the caller sees it."""
    return {"Location": f"{read_path_prefix(request)}{request.path}/{member}"}
