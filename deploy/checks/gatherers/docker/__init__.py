"""The facts of a stack under Compose: read from the engine (inspected) and inside the containers (inside)."""
