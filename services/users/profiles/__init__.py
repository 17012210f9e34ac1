"""How an artist is seen by others."""
