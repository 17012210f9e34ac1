"""Offers of canvases: an owner offers a canvas to another artist, who accepts or declines."""
