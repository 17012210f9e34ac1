"""TLS follows Mozilla's intermediate guidelines on an entrypoint with the default options."""

from __future__ import annotations

import ssl

import pytest
from aiohttp import ClientSession

from tests.support.backend import EchoBackend
from tests.support.gateway import Start


def context(version: ssl.TLSVersion, ciphers: str = "DEFAULT:@SECLEVEL=0") -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE  # no certificate is configured, so Traefik generates one
    made.set_ciphers(ciphers)
    made.minimum_version = made.maximum_version = version
    return made


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_current_versions_are_accepted(
    start_gateway: Start, backends: dict[str, EchoBackend], client: ClientSession, version: ssl.TLSVersion
) -> None:
    gateway = await start_gateway(backends.values(), tls=True)
    url = gateway.url.replace("http:", "https:") + "/api/v1/tiles/1"
    async with client.get(url, ssl=context(version)) as response:
        assert response.status == 200


async def test_suites_without_forward_secrecy_or_authenticated_encryption_are_refused(
    start_gateway: Start, client: ClientSession
) -> None:
    gateway = await start_gateway([], tls=True)
    weak = context(
        ssl.TLSVersion.TLSv1_2, "ECDHE+AES+SHA1:ECDHE+AES+SHA256:kRSA+AES:!AESGCM:!CHACHA20:@SECLEVEL=0"
    )
    with pytest.raises(OSError, match=r"(?i)handshake"):
        async with client.get(gateway.url.replace("http:", "https:"), ssl=weak):
            pass


async def test_old_versions_are_refused(start_gateway: Start, client: ClientSession) -> None:
    gateway = await start_gateway([], tls=True)
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old = context(ssl.TLSVersion.TLSv1_1)
    with pytest.raises(OSError, match=r"(?i)version|handshake"):
        async with client.get(gateway.url.replace("http:", "https:"), ssl=old):
            pass
