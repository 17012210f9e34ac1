"""Tiles: claiming a cell, painting it, finding it and its neighbours."""
