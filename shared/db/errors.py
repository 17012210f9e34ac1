"""From psycopg2's errors to the error tree of `shared.errors`."""

from __future__ import annotations

import psycopg2
import psycopg2.errors

from shared.errors import Busy, CheckViolated, ReferenceViolated, Unavailable, UniqueViolated

_AWAY = (psycopg2.OperationalError, psycopg2.InterfaceError, psycopg2.errors.ReadOnlySqlTransaction)


def translate_error(error: psycopg2.Error) -> Exception:
    """Return the error that features handle; one that only a bug can cause is returned as it is."""
    constraint = error.diag.constraint_name or error.diag.column_name or ""
    match error:
        case psycopg2.errors.UniqueViolation() | psycopg2.errors.ExclusionViolation():
            return UniqueViolated(constraint)
        case psycopg2.errors.CheckViolation() | psycopg2.errors.NotNullViolation():
            return CheckViolated(constraint)
        case psycopg2.errors.ForeignKeyViolation():
            return ReferenceViolated(constraint)
        case psycopg2.errors.LockNotAvailable():
            return Busy()
        case _ if isinstance(error, _AWAY):
            return Unavailable(
                "postgres", str(error).strip().splitlines()[0] if str(error).strip() else "gone"
            )
        case _:
            return error
