"""How many connections to PostgreSQL each service may hold, so that none can take those of the others."""

from __future__ import annotations

from deploy.stack.errors import DeployError
from shared.settings import ServiceSettings

CONNECTION_LIMITS = {"auth": 90, "users": 90, "tiles": 200}
"""Of each role, kept by PostgreSQL itself: enough for seven web processes, of tiles for eighteen."""

MAX_CONNECTIONS = 400
"""Those of all roles, and twenty for the doctor, backups and an operator's psql."""

POOL: int = ServiceSettings.model_fields["database_pool"].default


def count_connections(webs: int) -> int:
    """Return how many connections a service holds at most: a pool per process, and one of the relay."""
    return webs * POOL + POOL + 1


def check_connections(service: str, webs: int, purpose: str) -> None:
    """Refuse more web processes of a service than its role has connections for. Raises DeployError."""
    needed, limit = count_connections(webs), CONNECTION_LIMITS.get(service)
    if limit is not None and needed > limit:
        fit = (limit - POOL - 1) // POOL
        raise DeployError(
            f"{purpose}: {webs} web processes and a worker of {service} may hold {needed} connections to"
            f" PostgreSQL, of which its role has {limit}, enough for {fit} web processes"
        )
