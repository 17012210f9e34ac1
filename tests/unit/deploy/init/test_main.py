"""What `init` writes into the volumes of plain Compose."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from deploy.backup.archive import Manifest, pack
from deploy.init.__main__ import change_secret, initialise
from deploy.stack.compose.certificates import is_issued_by
from deploy.stack.compose.plain import FOLDERS, files_by_group
from deploy.stack.compose.served import Authority
from deploy.stack.errors import DeployError
from deploy.stack.gateway import CONFIGURATION
from deploy.stack.state_dir import StateDir

Written = dict[str, bytes]
CERTIFICATE = "gateway/served/certificate.pem"


@pytest.fixture
def volumes(tmp_path: Path) -> Path:
    """The volumes of a new stack, all empty."""
    for group in files_by_group():
        (tmp_path / "files" / group).mkdir(parents=True)
    return tmp_path / "files"


def write(volumes: Path, **environ: str) -> Written:
    initialise(environ, volumes.parent / "state", volumes)
    files = (path for path in volumes.rglob("*") if path.is_file())
    return {str(path.relative_to(volumes)): path.read_bytes() for path in files}


def test_each_service_gets_its_own_secrets_and_no_others(volumes: Path) -> None:
    written = write(volumes)
    assert {name for name in written if name.startswith("users/")} == {
        "users/users_database_url",
        "users/users_broker_url",
    }
    assert {name for name in written if name.endswith("/auth_secret")} == {
        "auth/auth_secret",
        "backup/auth_secret",
    }


def test_a_second_start_changes_nothing(volumes: Path) -> None:
    assert write(volumes) == write(volumes)


def test_every_container_can_read_its_files_and_change_none(volumes: Path) -> None:
    write(volumes)
    modes = {path.name: path.stat().st_mode & 0o777 for path in volumes.rglob("*") if path.is_file()}
    assert modes.pop("databases.sh") == 0o555
    assert set(modes.values()) == {0o444}


def test_the_gateway_gets_the_routes_of_this_version_and_no_older_ones(volumes: Path) -> None:
    (volumes / "gateway" / "served" / "dynamic").mkdir(parents=True)
    (volumes / "gateway" / "served" / "dynamic" / "old.yml").write_text("http: {}")
    written = write(volumes)
    found = {Path(name).name for name in written if name.startswith("gateway/served/dynamic/")}
    assert found == {file.name for file in (CONFIGURATION / "dynamic").iterdir()}


def test_the_gateway_finds_the_routes_where_they_are_mounted(volumes: Path) -> None:
    static = yaml.safe_load(write(volumes, TESSERA_PROJECT="mine")["gateway/traefik.yml"])
    mounted = FOLDERS["gateway"]
    assert static["providers"]["file"]["directory"] == f"{mounted}/served"
    assert static["providers"]["docker"]["network"] == "mine_edge"


def test_another_host_gets_another_certificate(volumes: Path) -> None:
    before = write(volumes)[CERTIFICATE]
    after = write(volumes, TESSERA_HOST="tessera.example.org", TESSERA_MAIL="keep")
    assert after[CERTIFICATE] != before


def test_what_renews_the_certificate_gets_the_authority_and_no_secret(volumes: Path) -> None:
    written = write(volumes)
    found = {name for name in written if name.startswith("certificates/")}
    assert found == {"certificates/certificate.pem", "certificates/key.pem"}
    served, authority = volumes / CERTIFICATE, Authority(volumes / "certificates")
    assert is_issued_by(served, authority.certificate)
    authority.issue("localhost", served)
    assert write(volumes)[CERTIFICATE] != written[CERTIFICATE]  # what was renewed stays


def test_a_setting_that_cannot_be_used_is_refused_before_anything_is_written(volumes: Path) -> None:
    with pytest.raises(DeployError, match="TESSERA_RATE_AVERAGE=1e3 is not"):
        write(volumes, TESSERA_RATE_AVERAGE="1e3")
    assert not any(path.is_file() for path in volumes.rglob("*"))


def test_a_public_host_without_a_mail_server_is_refused(volumes: Path) -> None:
    with pytest.raises(DeployError, match="has no mail server"):
        write(volumes, TESSERA_HOST="tessera.example.org")


@pytest.mark.parametrize(
    "environ",
    [{"TESSERA_MAIL": "keep"}, {"AUTH_SMTP_URL": "smtp://mail.example.org"}, {"TESSERA_HOST": "localhost"}],
)
def test_a_host_with_a_mail_server_or_for_a_trial_is_accepted(volumes: Path, environ: dict[str, str]) -> None:
    assert write(volumes, **{"TESSERA_HOST": "tessera.example.org"} | environ)


def make_backup(folder: Path, secret: str) -> Path:
    """A backup of a stack elsewhere, without data."""
    parts = folder / "parts"
    parts.mkdir()
    (parts / "auth_secret").write_text(secret)
    pack(parts, Manifest("", {}, 0, ""), folder / "tessera-20260301T040000Z.tar")
    return folder / "tessera-20260301T040000Z.tar"


def test_after_a_restore_the_next_start_has_the_secret_of_the_backup(volumes: Path, tmp_path: Path) -> None:
    before = write(volumes)["auth/auth_secret"]
    var = StateDir(volumes.parent / "state" / "compose" / "prod")
    change_secret(var, make_backup(tmp_path, "opens the restored keys"))
    assert write(volumes)["auth/auth_secret"] == b"opens the restored keys"
    change_secret(var, None)
    assert write(volumes)["auth/auth_secret"] == before


def test_a_secret_is_read_from_a_backup_only(volumes: Path, tmp_path: Path) -> None:
    before = write(volumes)["auth/auth_secret"]
    with pytest.raises(DeployError, match="is not a readable backup"):
        change_secret(StateDir(volumes.parent / "state" / "compose" / "prod"), tmp_path / "missing.tar")
    assert write(volumes)["auth/auth_secret"] == before
