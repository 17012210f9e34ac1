"""The auth service: accounts, sessions, and the tokens that identify a caller to the other services."""
