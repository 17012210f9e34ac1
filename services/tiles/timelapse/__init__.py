"""Time-lapse: how a canvas came to be, as an animated PNG."""
