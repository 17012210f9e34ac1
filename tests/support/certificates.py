"""Certificates for a gateway under test."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deploy.stack.compose import certificates
from deploy.stack.compose.served import Authority


def expired(key_pem: str, host: str = "localhost") -> str:
    """Make a certificate of that host for that key whose time was over yesterday."""
    key = serialization.load_pem_private_key(key_pem.encode(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now - timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([_name(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def issue_ending_in(days: int, authority: Authority, host: str, served: Path) -> None:
    """Issue a certificate for `host` that ends in so many days."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(certificates, "CERTIFICATE_DAYS", days)
        authority.issue(host, served)


def read_days_served(url: str) -> int:
    """Return how many more days the certificate is valid that a new connection gets."""
    parts = urlsplit(url)
    pem = ssl.get_server_certificate((parts.hostname or "", parts.port or 443))
    return (x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc - datetime.now(UTC)).days
