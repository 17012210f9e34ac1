"""Tokens: signed ones for the API and for WebSockets, and opaque ones that are stored as hashes."""
