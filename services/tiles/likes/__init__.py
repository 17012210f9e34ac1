"""Likes: once per artist per tile, and counted exactly."""
