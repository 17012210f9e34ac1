"""Sessions: logging in, staying logged in, logging out, and the WebSocket tickets of a session."""
