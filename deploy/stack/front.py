"""What is in front of the gateway, as the operator says: its public address, and other proxies."""

from __future__ import annotations

from collections.abc import Mapping


def read_networks(environ: Mapping[str, str]) -> list[str]:
    """Return the networks in TESSERA_TRUSTED_PROXIES."""
    named = environ.get("TESSERA_TRUSTED_PROXIES", "").split(",")
    return [item.strip() for item in named if item.strip()]


def read_public_url(environ: Mapping[str, str]) -> str:
    """Return TESSERA_PUBLIC_URL without a slash at its end; empty if it is not set."""
    return environ.get("TESSERA_PUBLIC_URL", "").rstrip("/")
