"""Revisions: one row for every change of a tile, from which any of its versions can be rebuilt."""
