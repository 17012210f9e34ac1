"""The gateway's static configuration, which every way of running starts from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from deploy.stack.state_dir import REPOSITORY

CONFIGURATION = REPOSITORY / "gateway"


def static_configuration(environ: Mapping[str, str]) -> dict[str, Any]:
    """Read gateway/traefik.yml, with tracing when TESSERA_OTLP_ENDPOINT names a collector (OTLP over HTTP).

    The gateway then starts a trace for each request without one, and passes it on in `traceparent`
    (https://doc.traefik.io/traefik/observability/tracing/opentelemetry/).
    """
    static: dict[str, Any] = yaml.safe_load((CONFIGURATION / "traefik.yml").read_text())
    if endpoint := environ.get("TESSERA_OTLP_ENDPOINT"):
        static["tracing"] = {"serviceName": "tessera-gateway", "otlp": {"http": {"endpoint": endpoint}}}
    return static


def demand_https(static: dict[str, Any]) -> None:
    """Add HSTS, so that browsers use HTTPS only; the gateway redirects to the port in TESSERA_HTTPS_PORT."""
    websecure = static["entryPoints"]["websecure"]
    websecure["http"] = {**websecure["http"], "middlewares": ["hsts@file", *websecure["http"]["middlewares"]]}
