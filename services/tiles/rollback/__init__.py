"""Rollback: what happened on a canvas since a moment, taken back in one transaction."""
