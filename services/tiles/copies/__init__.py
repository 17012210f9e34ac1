"""Copies: a canvas made after another one, with or without its picture."""
