"""The home of a canvas: the one process that writes the strokes of all, where several paint at once."""
