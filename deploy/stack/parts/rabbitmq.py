"""A private RabbitMQ: the machine's programs as a node that shares nothing with the system's node."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.stack.command_line import command_line
from deploy.stack.errors import DeployError
from deploy.stack.load import Report
from deploy.stack.parts.process import Process
from deploy.stack.state_dir import StateDir

INSTALLER = Path(__file__).with_name("install-rabbitmq.sh")
# Debian's, then that of the generic archive. Not /usr/sbin, where Debian's wrapper runs the system's node.
FOLDERS = (Path("/usr/lib/rabbitmq/bin"), Path("/opt/rabbitmq/sbin"), Path("/usr/local/lib/rabbitmq/sbin"))

VERSION = "version"
"""In the data folder: major and minor of the RabbitMQ that last ran there."""

MISSING = (
    "RabbitMQ is not installed and could not be installed: install `rabbitmq-server` (3.10 or newer), "
    f"on Debian with `sudo {INSTALLER}`, and start again"
)


class Epmd(Process):
    """Erlang's port mapper, started separately because one that a node starts outlives the node."""

    def __init__(self, var: StateDir, port: int) -> None:
        super().__init__("rabbitmq-epmd", var)
        self.port = port

    async def launch(self) -> None:
        """Start it."""
        epmd = shutil.which("epmd")
        if epmd is None:
            raise DeployError("Erlang's `epmd` is not in PATH, though RabbitMQ is installed")
        self._spawn([epmd, "-port", str(self.port), "-address", "127.0.0.1"], {"PATH": os.environ["PATH"]})

    def find_lack(self) -> str:
        """Ask it for its names."""
        return "" if _answers(self.port, b"\0\1n") else "it does not listen yet"


class RabbitMQ(Process):
    """One node with the given users and virtual hosts; each user may use each of these hosts."""

    def __init__(
        self,
        var: StateDir,
        *,
        amqp: int,
        dist: int,
        epmd: int,
        users: Sequence[str],
        vhosts: Sequence[str] = ("tessera",),
    ) -> None:
        super().__init__("rabbitmq", var)
        self.amqp, self.dist = amqp, dist
        self.users, self.vhosts = users, vhosts
        self.epmd = Epmd(var, epmd)
        self.data = var.root / "rabbitmq"

    def url(self, user: str, vhost: str = "tessera") -> str:
        """Build the URL of that user."""
        return f"amqp://{user}:{self.var.secret(f'rabbitmq_{user}')}@127.0.0.1:{self.amqp}/{vhost}"

    async def launch(self) -> None:
        """Start the port mapper, without which no node starts, and the node."""
        folder = find_programs()
        if lack := find_unreadable(self.data):
            raise DeployError(f"{lack}; fix: {command_line('upgrade')}")
        self._write_configuration()
        if self.epmd.pid is None:
            await self.epmd.start()
        self._spawn([str(folder / "rabbitmq-server")], self.environment())

    async def wait_until_ready(self, report: Report) -> None:
        """Wait until it answers, and remember by which version its data was written."""
        await super().wait_until_ready(report)
        if version := read_version(find_programs()):
            (self.data / VERSION).write_text(".".join(map(str, version)))

    def find_lack(self) -> str:
        """Greet it by AMQP, the last listener that it opens."""
        return "" if _answers(self.amqp, b"AMQP\0\0\x09\x01") else "it does not answer yet"

    async def stop(self, timeout: float = 10) -> None:
        """Stop the node, then the port mapper."""
        await super().stop(timeout)
        await self.epmd.stop(1)

    def _write_configuration(self) -> None:
        self.data.mkdir(mode=0o700, exist_ok=True)
        (self.data / "conf.d").mkdir(exist_ok=True)
        node = self.data / "node"
        if not node.exists():
            node.write_text(f"tessera-{secrets.token_hex(4)}@localhost")
        (self.data / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.amqp}\nload_definitions = {self.data / 'definitions.json'}\n"
        )
        (self.data / "advanced.config").write_text("[{kernel, [{inet_dist_use_interface, {127,0,0,1}}]}].\n")
        (self.data / "enabled_plugins").write_text("[].\n")
        (self.data / "rabbitmq-env.conf").touch()
        # Read at each start, so that users and passwords are always those of var/secrets.
        passwords = {user: self.var.secret(f"rabbitmq_{user}") for user in self.users}
        (self.data / "definitions.json").write_text(definitions(passwords, self.vhosts))

    def environment(self) -> Mapping[str, str]:
        """Name every path and port, so that nothing of the system's node or configuration is used."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": str(self.data),  # holds the Erlang cookie
            "RABBITMQ_NODENAME": (self.data / "node").read_text(),
            "RABBITMQ_DIST_PORT": str(self.dist),
            "RABBITMQ_MNESIA_BASE": str(self.data / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.data / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_PID_FILE": str(self.data / "pid"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(self.data / "generated"),
            "RABBITMQ_CONFIG_FILE": str(self.data / "rabbitmq.conf"),
            "RABBITMQ_CONFIG_FILES": str(self.data / "conf.d"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.data / "advanced.config"),
            "RABBITMQ_CONF_ENV_FILE": str(self.data / "rabbitmq-env.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.data / "enabled_plugins"),
            "ERL_EPMD_PORT": str(self.epmd.port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            # Makes the start script exec the node instead of waiting for it, so that its pid is the node's.
            "RUNNING_UNDER_SYSTEMD": "true",
        }


def find_unreadable(data: Path) -> str:
    """Say why the installed RabbitMQ cannot start with the data of an earlier one; nothing if it can."""
    version, new = data / VERSION, read_version(find_programs())
    if not version.exists() or new is None:
        return ""
    old = _numbers(version.read_text())
    if can_follow(new, old):
        return ""
    was, now = (".".join(map(str, one)) for one in (old, new))
    return f"{data} was written by RabbitMQ {was}, and RabbitMQ {now} cannot start with it"


def can_follow(new: tuple[int, ...], old: tuple[int, ...]) -> bool:
    """Return whether a version starts with the data of another (https://www.rabbitmq.com/docs/upgrade).

    Each 3.x follows the one before, 4.x follows 3.13, and any 4.y follows 4.x.
    """
    if new[0] == old[0] == 3:
        return new[1] - old[1] in (0, 1)
    return new >= old >= (3, 13)


def read_version(programs: Path) -> tuple[int, ...] | None:
    """Read major and minor from the name of the folder that the programs are in; None if it has none."""
    found = re.search(r"rabbitmq_server-(\d+\.\d+)", str((programs / "rabbitmq-server").resolve()))
    return _numbers(found[1]) if found else None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))


def definitions(passwords: Mapping[str, str], vhosts: Sequence[str] = ("tessera",)) -> str:
    """Build what `load_definitions` reads: users with passwords, each with all rights in each vhost."""
    users = [{"name": user, "password_hash": _hash(pw), "tags": ""} for user, pw in passwords.items()]
    permissions = [
        {"user": user, "vhost": vhost, "configure": ".*", "write": ".*", "read": ".*"}
        for user in passwords
        for vhost in vhosts
    ]
    return json.dumps(
        {"users": users, "vhosts": [{"name": vhost} for vhost in vhosts], "permissions": permissions},
        indent=1,
    )


def ensure_installed(report: Report) -> None:
    """Install RabbitMQ from the system's packages when it is missing and no password is needed for it.

    Raises DeployError with what to install when that is not possible.
    """
    if is_installed():
        return
    if not can_install():
        raise DeployError(MISSING)
    report("RabbitMQ is not installed: installing rabbitmq-server from the system's packages")
    done = _run([*_as_root(), "sh", str(INSTALLER)])
    if done.returncode:
        raise DeployError(f"{MISSING}\n{done.stderr.strip()[-1000:]}")


def is_installed() -> bool:
    """Return whether the machine has its programs."""
    return _search_programs() is not None


def can_install() -> bool:
    """Return whether `ensure_installed` could install it: with apt-get, and without a password."""
    return shutil.which("apt-get") is not None and _run([*_as_root(), "true"]).returncode == 0


def _as_root() -> list[str]:
    return [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]


def _search_programs() -> Path | None:
    return next((folder for folder in FOLDERS if os.access(folder / "rabbitmq-server", os.X_OK)), None)


def find_programs() -> Path:
    """Find the folder with `rabbitmq-server` and its tools. Raises DeployError when there is none."""
    folder = _search_programs()
    if folder is None:
        raise DeployError(MISSING)
    return folder


def _run(command: Sequence[str], env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError as error:
        return subprocess.CompletedProcess(command, 127, "", str(error))


def _hash(password: str) -> str:
    """Hash as rabbit_password_hashing_sha256: base64 of a 4-byte salt and SHA-256(salt + password)."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def _answers(port: int, hello: bytes) -> bool:
    """Return whether a server on that port answers these first bytes of its protocol."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(hello)
            return bool(connection.recv(1))
    except OSError:
        return False
