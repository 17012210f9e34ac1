"""The tiles service: canvases, their tiles, and everything that changes on them, live."""
