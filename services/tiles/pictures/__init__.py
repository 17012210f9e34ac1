"""Pictures: what a canvas looks like, as PNG."""
