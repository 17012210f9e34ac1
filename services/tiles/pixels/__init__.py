"""Pixels: which change painted each pixel of a tile."""
