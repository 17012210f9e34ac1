"""nginx in front of a gateway, with the configuration that docs/behind-a-proxy.md gives."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from deploy.stack.compose.certificates import make_authority, make_certificate
from deploy.stack.state_dir import REPOSITORY
from tests.support.needs import lacks
from tests.support.parts import free_ports
from tests.support.waiting import eventually

DOCUMENT = REPOSITORY / "docs" / "behind-a-proxy.md"

_AROUND = """
daemon off;
user root;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{configuration}
}}
"""


@dataclass(frozen=True)
class RunningNginx:
    """Its addresses, and what trusts its certificate."""

    http_url: str
    https_url: str
    trust: ssl.SSLContext


def find_nginx() -> str:
    """Where nginx is. Without it a test is skipped, or fails where all tests are required."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    return found or lacks("nginx", "install the package nginx-light")


@contextlib.asynccontextmanager
async def running_nginx(
    folder: Path, gateway: int, prefix: str = "", https: int = 0
) -> AsyncIterator[RunningNginx]:
    """Run the documented nginx in front of the gateway at that port, until the end of the block.

    Only ports, name and certificate differ from the document, and what it says of a path. `https` is the port
    of HTTPS, a free one if it is 0.
    """
    program = find_nginx()
    http, free = free_ports(2)
    https = https or free
    authority, authority_key = make_authority()
    certificate, key = make_certificate("tessera.example.org", authority, authority_key)
    (folder / "fullchain.pem").write_text(certificate)
    (folder / "privkey.pem").write_text(key)
    file = folder / "nginx.conf"
    configuration = _documented(folder, gateway, http, https, prefix)
    file.write_text(_AROUND.format(folder=folder, configuration=configuration))
    trust = ssl.create_default_context(cadata=authority)
    process = await asyncio.create_subprocess_exec(program, "-p", str(folder), "-c", str(file))

    async def listens() -> bool:
        assert process.returncode is None, (folder / "error.log").read_text()
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", https)
            writer.close()
            return True
        return False

    try:
        await eventually(listens)
        yield RunningNginx(f"http://localhost:{http}", f"https://localhost:{https}", trust)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def _documented(folder: Path, gateway: int, http: int, https: int, prefix: str) -> str:
    found = re.search(r"^```nginx\n(.*?)^```", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
    assert found, f"{DOCUMENT.name} has no configuration of nginx"
    block = found[1]
    changes = [
        ("server 127.0.0.1:8080;", f"server 127.0.0.1:{gateway};"),
        ("listen 80;", f"listen 127.0.0.1:{http};"),
        ("listen [::]:80;", ""),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{https} ssl http2;"),
        ("listen [::]:443 ssl http2;", ""),
        ("server_name tessera.example.org;", "server_name localhost;"),
        ("return 308 https://$host$request_uri;", f"return 308 https://$host:{https}$request_uri;"),
        ("/etc/letsencrypt/live/tessera.example.org", str(folder)),
        ("location / {", f"location {prefix}/ {{"),
    ]
    for old, new in changes:
        assert old in block, f"{DOCUMENT.name} has no {old!r}"
        block = block.replace(old, new)
    return block
