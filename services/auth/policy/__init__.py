"""Policy: what the admins of the site have decided about who comes in. It is kept in the database.

Whoever decides by it reads it in the round trips of that decision, so a change is in effect in every process
at once, without a restart and without a cache that could be stale.
"""
