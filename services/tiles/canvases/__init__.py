"""Canvases: their rules, their life, and the numbered journal of what changes on them."""
