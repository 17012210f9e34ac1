"""Layers: tiles of a canvas as a file of OpenRaster or Aseprite, a layer for each."""
