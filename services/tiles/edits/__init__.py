"""Edits: every write of a tile, from a claim to a stroke, on one path."""
