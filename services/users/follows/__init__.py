"""Follows between artists."""
