"""Time-lapse: the history of a canvas as an animated PNG."""
