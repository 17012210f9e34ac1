"""`python -m deploy.init`: make secrets, certificate and configuration once, and give each service its own.

It runs at each `docker compose up` before anything else, keeps what is there, and writes what has changed.
`python -m deploy.init renew` runs beside the gateway, and renews the certificate that it serves;
`python -m deploy.init secret FILE` follows the restore of a backup, whose secret opens its signing keys.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NoReturn

from deploy.backup.archive import swap_secrets, take_secret
from deploy.stack.compose.certificates import name_of, read_end
from deploy.stack.compose.plain import CONFIGURED, files_by_group
from deploy.stack.compose.project import FILES, Project
from deploy.stack.compose.served import CERTIFICATE, Authority, renew
from deploy.stack.compose.state import MOUNTED, prepare
from deploy.stack.errors import DeployError
from deploy.stack.state_dir import REPOSITORY, StateDir

STATE = Path("/state")
VOLUMES = Path("/files")
BACKUPS = Path("/backups")
WRITABLE = (BACKUPS, Path("/mail"))
USER = 10001  # that of the images, deploy/docker/Dockerfile
SCRIPT = 0o555

RENEWAL_SECONDS = 12 * 3600.0
"""The pause between two checks of the certificate, which is renewed weeks before it expires."""


def main() -> int:
    """Run a verb, or write everything; exit status 1 with the reason when that fails."""
    parser = argparse.ArgumentParser(prog="python -m deploy.init", description="Files of a stack.")
    verbs = parser.add_subparsers(dest="verb")
    verbs.add_parser("renew")
    secret = verbs.add_parser("secret", help="use that of a restored backup from the next start on")
    which = secret.add_mutually_exclusive_group(required=True)
    which.add_argument("name", nargs="?", help=f"of a file in {BACKUPS}")
    which.add_argument("--undo", action="store_true", help="return to the one before")
    given = parser.parse_args()
    try:
        if given.verb == "renew":
            renew_for_ever(Path("/gateway/served") / CERTIFICATE, Authority(Path("/authority")))
        elif given.verb == "secret":
            change_secret(_project(os.environ, STATE).var, None if given.undo else BACKUPS / given.name)
        else:
            initialise(os.environ, STATE, VOLUMES)
            for folder in WRITABLE:
                os.chown(folder, USER, USER)
    except DeployError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def renew_for_ever(served: Path, authority: Authority) -> NoReturn:
    """Renew the certificate of the stack's own authority whenever it is due. Leaves one of the operator."""
    while True:
        if renew(served, authority):
            print(f"renewed the certificate of {name_of(served)}: it ends on {read_end(served):%Y-%m-%d}")
        time.sleep(RENEWAL_SECONDS)


def change_secret(var: StateDir, backup: Path | None) -> None:
    """Use the secret of that backup, which was restored, or without one the secret before."""
    if backup:
        take_secret(var, backup)
    else:
        swap_secrets(var)
    print("the next start uses the secret that opens the signing keys")


def initialise(environ: Mapping[str, str], state: Path, volumes: Path) -> None:
    """Make what is missing in `state`, and copy to `volumes` what each group of services mounts.

    Raises DeployError when a setting cannot be used, and without a mail server for a public name.
    """
    project = _project(environ, state)
    project.refuse_faults()
    if project.lacks_mail and project.host != "localhost":
        raise DeployError(
            f"{project.host} has no mail server, so users could not confirm an address or reset a password: "
            "set AUTH_SMTP_URL, or TESSERA_MAIL=keep to keep mail in the volume `mail`"
        )
    served = volumes / "gateway" / "served"
    served.mkdir(exist_ok=True)
    prepare(project, served=served / CERTIFICATE)
    for group, secrets in files_by_group().items():
        wanted = {name: project.var.root / "secrets" / name for name in secrets}
        wanted |= dict(_configured(group, project.var))
        _copy(wanted, volumes / group)


def _project(environ: Mapping[str, str], state: Path) -> Project:
    return Project("prod", {**environ, "TESSERA_VAR": str(state)})


def _configured(group: str, var: StateDir) -> Iterator[tuple[str, Path]]:
    """Find the files of a group that are no secrets, by their path in its volume."""
    for name, target in CONFIGURED.get(group, {}).items():
        made, source = var.root / name, FILES / name
        path = next(one for one in (made, source, REPOSITORY / name) if one.exists())
        if path.is_dir():
            yield from ((str(Path(target, file.name)), file) for file in sorted(path.iterdir()))
        else:
            yield target, path


def _copy(wanted: Mapping[str, Path], folder: Path) -> None:
    """Make `folder` hold these files and no others but the certificate; each is replaced at once."""
    for name, source in wanted.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}")
        shutil.copyfile(source, draft)
        draft.chmod(SCRIPT if name.endswith(".sh") else MOUNTED)
        draft.replace(target)
    for path in folder.rglob("*"):
        if path.is_file() and str(path.relative_to(folder)) not in {*wanted, f"served/{CERTIFICATE}"}:
            path.unlink()


if __name__ == "__main__":
    sys.exit(main())
