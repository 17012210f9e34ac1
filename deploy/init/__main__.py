"""`python -m deploy.init`: make secrets, certificate and configuration once, and give each service its own.

It runs at each `docker compose up` before anything else, keeps what is there, and writes what has changed.
`python -m deploy.init renew` runs beside the gateway, and renews the certificate that it serves.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NoReturn

from deploy.stack.compose.certificates import name_of, read_end
from deploy.stack.compose.plain import CONFIGURED, files_by_group
from deploy.stack.compose.project import FILES, Project
from deploy.stack.compose.served import CERTIFICATE, Authority, renew
from deploy.stack.compose.state import MOUNTED, prepare
from deploy.stack.errors import DeployError
from deploy.stack.state_dir import REPOSITORY, StateDir

STATE = Path("/state")
VOLUMES = Path("/files")
WRITABLE = (Path("/backups"), Path("/mail"))
USER = 10001  # that of the images, deploy/docker/Dockerfile
SCRIPT = 0o555

RENEWAL_SECONDS = 12 * 3600.0
"""Between two looks at the certificate, which is renewed weeks before it ends."""


def main() -> int:
    """Write everything; exit status 1 with the reason when a setting cannot be used."""
    if sys.argv[1:] == ["renew"]:
        renew_for_ever(Path("/gateway/served") / CERTIFICATE, Authority(Path("/authority")))
    try:
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


def initialise(environ: Mapping[str, str], state: Path, volumes: Path) -> None:
    """Make what is missing in `state`, and copy to `volumes` what each group of services mounts.

    Raises DeployError when a setting cannot be used, and without a mail server for a public name.
    """
    project = Project("prod", {**environ, "TESSERA_VAR": str(state)})
    project.refuse_faults()
    if project.lacks_mail and project.host != "localhost":
        raise DeployError(
            f"{project.host} has no mail server, so nobody could confirm an address or reset a password: "
            "set AUTH_SMTP_URL, or TESSERA_MAIL=keep to keep mail in the volume `mail`"
        )
    served = volumes / "gateway" / "served"
    served.mkdir(exist_ok=True)
    prepare(project, served=served / CERTIFICATE)
    for group, secrets in files_by_group().items():
        wanted = {name: project.var.root / "secrets" / name for name in secrets}
        wanted |= dict(_configured(group, project.var))
        _copy(wanted, volumes / group)


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
