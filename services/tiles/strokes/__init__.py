"""Strokes: some pixels of one tile at a time, many of them a second, each answered once it is durable."""
