"""Locks: one artist at a time works on a tile."""
