"""Ignored artists: their messages are not shown to the artist who ignores them."""
