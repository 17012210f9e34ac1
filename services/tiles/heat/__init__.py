"""Heat maps: where a canvas has been painted lately."""
