"""The HTTP conventions of `docs/architecture.md`: the same for every service."""
