"""Replacing a colour of a canvas by another, in all tiles at once."""
