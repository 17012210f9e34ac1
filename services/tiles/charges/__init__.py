"""Charges: how many pixels an artist may place on a canvas in `place` mode."""
