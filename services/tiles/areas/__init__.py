"""Areas: rectangles of cells that one artist at a time works in."""
