"""Notices: what happened that concerns an artist, once each, and live in the browser."""
