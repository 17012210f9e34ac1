"""The image's HEALTHCHECK: the process answered `/ready` once, and has answered `/health` since.

Docker's health decides who belongs to the stack: Traefik forgets a container that is not healthy. Whether a
member gets requests now is decided by Traefik's own check of `/ready`, every second. Were both the same, a
service whose database is away would be forgotten, and its callers would get a bare 503 of the gateway instead
of the service's own, which names what is missing.
"""

import sys
from http.client import HTTPConnection, HTTPException
from pathlib import Path

HAS_BEEN_READY = Path("/tmp/has-been-ready")  # noqa: S108 - a tmpfs of the container's own

connection = HTTPConnection("127.0.0.1", 8000, timeout=2)
try:
    connection.request("GET", "/health" if HAS_BEEN_READY.exists() else "/ready")
    if connection.getresponse().status != 200:
        sys.exit(1)
except (OSError, HTTPException):
    sys.exit(1)
HAS_BEEN_READY.touch()
