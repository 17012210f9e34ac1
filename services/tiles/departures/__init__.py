"""Departures: what becomes of the canvases of an artist whose account was deleted."""
