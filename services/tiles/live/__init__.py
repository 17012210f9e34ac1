"""The live feed: every change of a canvas, in order and exactly once, to every viewer."""
