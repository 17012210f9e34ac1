"""The demo canvases, which are painted when a stack starts for the first time."""
