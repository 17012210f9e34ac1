"""History: every change of a tile is kept, shown, and can be taken back."""
