"""Whether what is in front of the gateway fits its settings: docs/behind-a-proxy.md."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from deploy.checks.facts.front import FrontDoor
from deploy.checks.facts.run import Run
from deploy.checks.findings import Cause, Facts, Severity, check, steps
from deploy.checks.rules.reasons import DOWN, INFRASTRUCTURE, SLOW

_TRUST = "Set TESSERA_TRUSTED_PROXIES to {}, if it is your proxy's; several are separated by commas."


@check("redirect-loop", "front", Severity.ERROR, holds="the public address does not redirect to itself")
def redirect_loop(facts: Facts) -> Iterator[Cause]:
    """Browsers report too many redirects, and show nothing."""
    front = facts[FrontDoor]
    if front.is_loop:
        yield Cause(
            f"{front.url} redirects to itself: a proxy in front ends TLS, and the gateway sends its HTTP "
            "back to HTTPS",
            steps(
                "Set TESSERA_TLS=outside, and TESSERA_TRUSTED_PROXIES to the proxy's address.",
                facts[Run].start,
            ),
        )


@check(
    "public-url-wrong",
    "front",
    Severity.ERROR,
    holds="the public address leads to this stack",
    follows=(*SLOW, *DOWN, *INFRASTRUCTURE, "redirect-loop", "route-unanswered"),
    transient=True,
)
def public_url_wrong(facts: Facts) -> Iterator[Cause]:
    """Links in mails lead elsewhere; pages below a path have no style and find no API."""
    front, run = facts[FrontDoor], facts[Run]
    if not front.status or front.is_loop:
        return
    path = urlsplit(front.url).path
    if front.arrived_from is None:
        yield Cause(
            f"a request for {front.url} is answered ({front.status}), but does not arrive at this gateway",
            steps("Repair the name, the proxy in front, or TESSERA_PUBLIC_URL.", run.start),
        )
    elif front.base is not None and front.base != path:
        yield Cause(
            f"requests below {front.url} arrive without {path}: the proxy in front removes it",
            "Let the proxy pass the path unchanged, as in docs/behind-a-proxy.md.",
        )


@check("proxy-untrusted", "front", Severity.WARNING, holds="a proxy in front of the gateway is trusted")
def proxy_untrusted(facts: Facts) -> Iterator[Cause]:
    """All clients have the proxy's address: one who fails to log in locks out everybody."""
    front = facts[FrontDoor]
    arrived_from = front.arrived_from
    if arrived_from is None or arrived_from == front.sent_from or front.trusts(arrived_from):
        return
    peer = ipaddress.ip_address(arrived_from.rpartition(":")[0].strip("[]"))
    # Where addresses are translated, only TLS that ended elsewhere shows that there is a proxy.
    if front.scheme != urlsplit(front.url).scheme or not front.is_behind_nat or peer.is_global:
        yield Cause(
            f"requests for {front.url} arrive from {peer}, which is not trusted, so all clients have that"
            " address",
            steps(_TRUST.format(peer), facts[Run].start),
        )
