"""The gateway's static configuration, which every way of running starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from deploy.stack.front import read_networks
from deploy.stack.state_dir import REPOSITORY

CONFIGURATION = REPOSITORY / "gateway"


def static_configuration(environ: Mapping[str, str]) -> dict[str, Any]:
    """Read gateway/traefik.yml, with what the environment adds to it.

    TESSERA_OTLP_ENDPOINT names a collector (OTLP over HTTP): the gateway then starts a trace for each request
    without one, and passes it on in `traceparent`
    (https://doc.traefik.io/traefik/observability/tracing/opentelemetry/). TESSERA_TRUSTED_PROXIES names the
    networks of the proxies in front.
    """
    static: dict[str, Any] = yaml.safe_load((CONFIGURATION / "traefik.yml").read_text())
    trust_proxies(static, read_networks(environ))
    if endpoint := environ.get("TESSERA_OTLP_ENDPOINT"):
        static["tracing"] = {"serviceName": "tessera-gateway", "otlp": {"http": {"endpoint": endpoint}}}
    return static


def trust_proxies(static: dict[str, Any], networks: Sequence[str]) -> None:
    """Believe these peers what they say of their client, in X-Forwarded-* or by the PROXY protocol.

    Both, because a proxy that speaks HTTP lets no client begin a connection with the line of the other.
    """
    if networks:
        for name in ("web", "websecure"):
            static["entryPoints"][name] |= {
                "forwardedHeaders": {"trustedIPs": list(networks)},
                "proxyProtocol": {"trustedIPs": list(networks)},
            }


def demand_https(static: dict[str, Any]) -> None:
    """Add HSTS, so that browsers use HTTPS only; the gateway redirects to the port in TESSERA_HTTPS_PORT.

    On the entrypoint of HTTP, it takes effect for requests whose TLS a trusted proxy ended.
    """
    for name in ("web", "websecure"):
        http = static["entryPoints"][name]["http"]
        static["entryPoints"][name]["http"] = {**http, "middlewares": ["hsts@file", *http["middlewares"]]}
