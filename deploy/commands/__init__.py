"""The commands of `tessera`, one module each."""
