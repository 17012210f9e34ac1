"""The door to PostgreSQL: what services import of it. Only this room imports aiopg.

statements   SQLAlchemy Core, compiled once each for psycopg2
prepared     what a connection has prepared, and the SQL of a round trip
arrays       arrays as single literals
errors       from psycopg2's errors to Tessera's
connection   one connection: statements, deferred writes, transactions
pool         a bounded number of connections
lookups      what many requests read at the same time, in one statement
tables, migrations    habits of every schema; Alembic, driven from code
"""

from shared.db.arrays import byte_strings, integers, optional_integers, texts
from shared.db.connection import Connection
from shared.db.lookups import Lookups
from shared.db.pool import Database, DatabaseLimits
from shared.db.statements import Row

__all__ = [
    "Connection",
    "Database",
    "DatabaseLimits",
    "Lookups",
    "Row",
    "byte_strings",
    "integers",
    "optional_integers",
    "texts",
]
