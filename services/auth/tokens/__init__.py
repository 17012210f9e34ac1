"""Signed tokens: the access token of the API, and the ticket that opens a WebSocket."""
