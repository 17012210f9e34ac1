"""Chat: what artists write to each other beside a canvas, and who may."""
