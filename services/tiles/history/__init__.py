"""History: the versions of a tile, and bringing one of them back."""
