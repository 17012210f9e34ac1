"""The demo canvas, which is painted when a stack starts for the first time."""
