"""The certificate that the gateway serves: chain and key in one file, so that both are replaced at once.

The gateway watches the folder of the file (`SERVED`), and serves a new one to new connections.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from deploy.stack.compose.certificates import (
    expires_soon,
    is_for,
    is_issued_by,
    make_authority,
    make_certificate,
    name_of,
)

CERTIFICATE = "certificate.pem"
MODE = 0o444  # the container's user is another; the folder around it keeps other users of the machine out


@dataclass(frozen=True)
class Authority:
    """The stack's own certificate authority, in a folder of its own."""

    folder: Path

    @property
    def certificate(self) -> Path:
        """The file that clients trust."""
        return self.folder / "certificate.pem"

    @property
    def _key(self) -> Path:
        return self.folder / "key.pem"

    def ensure(self) -> None:
        """Make it when there is none."""
        if self.certificate.exists():
            return
        certificate, key = make_authority()
        self._key.touch(mode=0o600)
        self._key.write_text(key)
        self.certificate.write_text(certificate)

    def issue(self, host: str, served: Path) -> None:
        """Serve a new certificate for that host."""
        certificate, key = make_certificate(host, self.certificate.read_text(), self._key.read_text())
        replace_served(served, certificate + key)


def serve_own(served: Path, host: str, authority: Authority) -> None:
    """Serve a certificate of the stack's own authority, unless one for that host is served and not due."""
    authority.ensure()
    if (
        not is_issued_by(served, authority.certificate)
        or not is_for(served, host)
        or expires_soon(served, authority.certificate)
    ):
        authority.issue(host, served)


def serve_operators(served: Path, certificate: Path, key: Path) -> None:
    """Serve the operator's certificate, unchanged."""
    wanted = f"{certificate.read_text().rstrip()}\n{key.read_text()}"
    if not served.exists() or served.read_text() != wanted:
        replace_served(served, wanted)


def renew(served: Path, authority: Authority) -> bool:
    """Replace the certificate when it is of the stack's own authority and due; return whether it was."""
    due = is_issued_by(served, authority.certificate) and expires_soon(served, authority.certificate)
    if due:
        authority.issue(name_of(served), served)
    return due


def replace_served(served: Path, text: str) -> None:
    """Serve this certificate and key from now on."""
    draft = served.with_name(f".{served.name}.draft")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.chmod(MODE)
    draft.replace(served)
