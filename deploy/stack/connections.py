"""How many connections to PostgreSQL each service may hold, so that none can take those of the others."""

from __future__ import annotations

from collections.abc import Mapping

from deploy.stack.errors import DeployError
from shared.settings import ServiceSettings

CONNECTION_LIMITS = {"auth": 90, "users": 90, "tiles": 200}
"""Of each role, kept by PostgreSQL itself: enough for seven web processes, of tiles for eighteen."""

MAX_CONNECTIONS = 400
"""Those of all roles, and twenty for the doctor, backups and an operator's psql."""

POOL: int = ServiceSettings.model_fields["database_pool"].default


def count_connections(webs: int, pool: int = POOL) -> int:
    """Return how many connections a service holds at most: a pool per process, and one of the relay."""
    return webs * pool + pool + 1


def budget_connections(webs: Mapping[str, int], environ: Mapping[str, str]) -> dict[str, int]:
    """Return how many connections each service holds at most, with its pool as `environ` has it."""
    pools = {service: environ.get(f"{service.upper()}_DATABASE_POOL") or POOL for service in webs}
    return {service: count_connections(number, int(pools[service])) for service, number in webs.items()}


def check_connections(
    service: str, webs: int, purpose: str, limits: Mapping[str, int] = CONNECTION_LIMITS
) -> None:
    """Refuse more web processes of a service than its role has connections for, of `limits`.

    A negative limit is none. Raises DeployError.
    """
    needed, limit = count_connections(webs), limits.get(service, -1)
    if 0 <= limit < needed:
        fit = (limit - POOL - 1) // POOL
        raise DeployError(
            f"{purpose}: {webs} web processes and a worker of {service} may hold {needed} connections to"
            f" PostgreSQL, of which its role has {limit}, enough for {fit} web processes"
        )
