"""The past: what a canvas looked like after any of its changes."""
