"""The three services. None imports another; each keeps what it needs of the others from their events."""
