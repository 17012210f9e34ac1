"""Runs inside a container of a service, as `python -`, and prints the state of its process as JSON.

It uses the standard library only: the code in the image may be what is broken.
"""

import json
import struct
import sys
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

PORT = 8000
LISTENS = "0A"


def http_get(path: str) -> "dict[str, object]":
    """GET from this container's loopback; the result has the fields of HttpResult (facts/probe_client.py)."""
    connection = HTTPConnection("127.0.0.1", PORT, timeout=1.5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return {"status": response.status, "body": response.read().decode(errors="replace")}
    except ConnectionRefusedError:
        return {"status": 0, "error": "refused"}
    except TimeoutError:
        return {"status": 0, "error": "timeout"}
    except (OSError, HTTPException):
        return {"status": 0, "error": "broken"}
    finally:
        connection.close()


def read_listening() -> "list[str]":
    """Return the addresses on which a process listens to PORT."""
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            address, port = local.split(":")
            if state == LISTENS and int(port, 16) == PORT:
                # The kernel prints words of four bytes in the byte order of the machine.
                packed = b"".join(
                    struct.pack("=I", int(address[at : at + 8], 16)) for at in range(0, len(address), 8)
                )
                found.append(str(IPv4Address(packed) if len(packed) == 4 else IPv6Address(packed)))
    return found


def count_killed_for_memory() -> int:
    """Count the processes that the kernel killed for lack of memory since this container was started."""
    cgroup = Path("/sys/fs/cgroup")
    for file in (cgroup / "memory.events", cgroup / "memory" / "memory.oom_control"):  # versions 2 and 1
        if file.exists():
            return int(dict(line.split() for line in file.read_text().splitlines())["oom_kill"])
    return 0


health = http_get("/health")
json.dump(
    {
        "health": health,
        "ready": http_get("/ready") if health["status"] else health,
        "listening": read_listening(),
        "killed_for_memory": count_killed_for_memory(),
    },
    sys.stdout,
)
