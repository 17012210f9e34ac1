"""Canvases: their rules and the numbered journal of their changes."""
