"""Placing: single pixels on a canvas in `place` mode, each for a charge."""
