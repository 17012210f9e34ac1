"""Departures: what becomes of the canvases and the names of an artist whose account was deleted."""
