"""Reports of tiles, canvases and artists to the moderators."""
