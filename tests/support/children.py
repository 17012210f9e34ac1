"""Small processes to supervise."""

from __future__ import annotations

import os

import psutil

from deploy.stack.parts.process import Process
from deploy.stack.state_dir import StateDir


class Child(Process):
    """A shell script; ready when it has printed `up` and its process id."""

    def __init__(self, name: str, var: StateDir, script: str) -> None:
        super().__init__(name, var)
        self.script = script

    async def launch(self) -> None:
        self._spawn(["sh", "-c", self.script], os.environ)

    def find_lack(self) -> str:
        return "" if f"up {self.pid}\n" in self.var.log(self.name).read_text() else "it is not up"


IGNORES_SIGTERM = "trap '' TERM; echo up $$; while :; do sleep 60; done"


def lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
