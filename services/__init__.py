"""The three services. None imports another; what one must know of another it hears in events."""
