"""The certificate that the gateway serves: issued, renewed before it ends, or the operator's."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from deploy.stack.compose import certificates
from deploy.stack.compose.certificates import is_issued_by, make_certificate, name_of, read_end
from deploy.stack.compose.served import Authority, renew, serve_operators, serve_own
from tests.support.certificates import issue_ending_in


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    (tmp_path / "authority").mkdir()
    made = Authority(tmp_path / "authority")
    made.ensure()
    return made


@pytest.fixture
def served(tmp_path: Path) -> Path:
    (tmp_path / "served").mkdir()
    return tmp_path / "served" / "certificate.pem"


def test_one_that_ends_soon_is_renewed_for_its_host(served: Path, authority: Authority) -> None:
    issue_ending_in(29, authority, "art.example", served)
    before = read_end(served)
    assert renew(served, authority)
    assert name_of(served) == "art.example"
    assert read_end(served) - before > timedelta(days=330)


def test_one_that_does_not_end_soon_stays(served: Path, authority: Authority) -> None:
    issue_ending_in(31, authority, "art.example", served)
    before = served.read_text()
    assert not renew(served, authority)
    assert served.read_text() == before


def test_one_of_the_operator_is_served_unchanged_and_never_renewed(
    served: Path, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificates, "CERTIFICATE_DAYS", 1)
    theirs = make_certificate("art.example", *certificates.make_authority())
    files = [tmp_path / name for name in ("chain.pem", "key.pem")]
    for file, text in zip(files, theirs, strict=True):
        file.write_text(text)
    serve_operators(served, *files)
    assert not renew(served, authority)
    assert served.read_text() == "".join(theirs)


def test_none_outlives_the_authority(served: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "AUTHORITY_DAYS", 20)
    (tmp_path / "authority").mkdir()
    authority = Authority(tmp_path / "authority")
    serve_own(served, "localhost", authority)
    assert read_end(served) == read_end(authority.certificate)
    assert not renew(served, authority)  # another would end at the same time


@pytest.mark.parametrize(("host", "is_new"), [("art.example", False), ("another.example", True)])
def test_a_start_makes_another_for_another_host_only(
    served: Path, authority: Authority, host: str, is_new: bool
) -> None:
    serve_own(served, "art.example", authority)
    before = served.read_text()
    serve_own(served, host, authority)
    assert (served.read_text() != before) == is_new


def test_a_new_authority_issues_another(served: Path, authority: Authority) -> None:
    serve_own(served, "localhost", authority)
    for file in authority.folder.iterdir():
        file.unlink()
    serve_own(served, "localhost", authority)
    assert is_issued_by(served, authority.certificate)


def test_its_file_has_the_certificate_and_its_key(served: Path, authority: Authority) -> None:
    serve_own(served, "localhost", authority)
    certificate = x509.load_pem_x509_certificate(served.read_bytes())
    key = load_pem_private_key(served.read_bytes(), password=None)
    assert key.public_key() == certificate.public_key()
