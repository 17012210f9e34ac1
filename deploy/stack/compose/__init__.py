"""The stack under Docker Compose, for development and for production."""
