"""Certificates of a local certificate authority, for hosts without a public certificate.

The authority is made once in the state folder; a browser that trusts its certificate shows no warning.
"""

from __future__ import annotations

import ipaddress
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_DAYS = 3650
CERTIFICATE_DAYS = 365  # the longest that Mozilla's server-side TLS guidelines allow
RENEW_BEFORE = timedelta(days=30)
BACKDATED = timedelta(hours=1)  # for slow clocks


def expires_soon(file: Path, authority: Path) -> bool:
    """Return whether the certificate is due for renewal, and a new one of the authority would last longer."""
    ends = read_end(file)
    return ends - RENEW_BEFORE < datetime.now(UTC) and ends < read_end(authority)


def read_end(file: Path) -> datetime:
    """Return when the certificate ends."""
    return x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc


def is_issued_by(file: Path, authority: Path) -> bool:
    """Return whether there is a certificate, and that authority has issued it."""
    if not file.exists() or not authority.exists():
        return False
    try:
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.read_bytes()))
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def name_of(file: Path) -> str:
    """Return the host that `make_certificate` made the certificate for."""
    return str(_names_in(file)[0].value)


def is_for(file: Path, host: str) -> bool:
    """Return whether `make_certificate` made the certificate for that host."""
    return _names_in(file) == _names(host)


def _names_in(file: Path) -> list[x509.GeneralName]:
    certificate = x509.load_pem_x509_certificate(file.read_bytes())
    return list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)


def make_authority() -> tuple[str, str]:
    """Make a certificate authority; return its certificate and its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    # The date distinguishes several authorities in one browser.
    name = _name(f"Tessera local authority of {datetime.now(UTC):%Y-%m-%d %H:%M:%S}")
    certificate = (
        _builder(name, name, key.public_key(), AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return _pem(certificate), _key_pem(key)


def make_certificate(host: str, authority: str, authority_key: str) -> tuple[str, str]:
    """Make a certificate for `host` and this machine's own names; return it and its key, as PEM.

    It ends no later than the authority: clients would refuse it from then on.
    """
    issuer = x509.load_pem_x509_certificate(authority.encode())
    issuer_key = serialization.load_pem_private_key(authority_key.encode(), password=None)
    assert isinstance(issuer_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(_name(host), issuer.subject, key.public_key(), CERTIFICATE_DAYS, issuer.not_valid_after_utc)
        .add_extension(x509.SubjectAlternativeName(_names(host)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
        .sign(issuer_key, hashes.SHA256())
    )
    return _pem(certificate), _key_pem(key)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    days: int,
    latest: datetime | None = None,
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    ends = now + timedelta(days=days)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(min(ends, latest or ends))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _names(host: str) -> list[x509.GeneralName]:
    found: list[x509.GeneralName] = []
    for name in dict.fromkeys((host, "localhost", "127.0.0.1", "::1")):
        general: x509.GeneralName = x509.DNSName(name)
        with suppress(ValueError):
            general = x509.IPAddress(ipaddress.ip_address(name))
        found.append(general)
    return found


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
