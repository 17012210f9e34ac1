"""Areas: rectangles of cells in which one artist at a time works."""
