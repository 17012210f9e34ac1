"""Likes: one per artist and tile, counted exactly."""
