"""Throttling: attempts to log in and requests for mail, counted in the database over a window of time."""
