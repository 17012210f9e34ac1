"""The running stack renews the certificate of its own authority, and the gateway goes on."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from cryptography import x509

from deploy.stack.compose import certificates
from deploy.stack.compose.served import Authority
from deploy.stack.compose.state import authority_of, served_of
from tests.support.compose import COMPOSE_SECONDS
from tests.support.compose_under_test import ComposeStackUnderTest
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(COMPOSE_SECONDS)


def read_served_end(stack: ComposeStackUnderTest) -> datetime:
    """When the certificate ends that a new connection gets."""
    parts = urlsplit(stack.project.https_url)
    found = ssl.get_server_certificate((parts.hostname or "", parts.port or 443))
    return x509.load_pem_x509_certificate(found.encode()).not_valid_after_utc


def test_a_certificate_near_its_end_is_renewed_and_served_by_the_same_gateway(
    under_test: ComposeStackUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    var, gateway = under_test.project.var, under_test.life("gateway")
    with monkeypatch.context() as patch:
        patch.setattr(certificates, "CERTIFICATE_DAYS", 20)
        Authority(authority_of(var).parent).issue(under_test.project.host, served_of(var))
    soon, late = datetime.now(UTC) + timedelta(days=21), datetime.now(UTC) + timedelta(days=300)
    until(lambda: read_served_end(under_test) < soon)
    under_test.docker("restart", "--time=1", under_test.name("certificates-1"))  # it looks when it starts
    until(lambda: read_served_end(under_test) > late)
    assert under_test.life("gateway") == gateway
