"""Policy: what the admins of the site have decided about who comes in. It is kept in the database.

Each decision that depends on it reads it in its own round trips, so a change is in effect in every process
at once, without a restart and without a cache that could be stale.
"""
